// What must never be seen: text in the shape of a credential, and values that are known to be one. Pure, so that every
// room may use it; the log does for each of its lines.

export const REDACTED = '[redacted]';

// Each is linear in what it looks at: the text may be foreign and long. All of them find what they look for in JSON too,
// where a line break is written \n and a quotation mark \".
const SHAPES: readonly RegExp[] = [
  /-----BEGIN [A-Z ]{0,40}PRIVATE KEY-----(?:[A-Za-z0-9+/=\s,:]|\\{1,4}[rnt]|-(?!-))*(?:-----END [A-Z ]{0,40}-----)?/g,
  /\b(?:xox[a-z]|xapp|xwfp)(?:\.xox[a-z])?-[A-Za-z0-9-]{8,}/g, // Slack tokens
  /(?<=hooks\.slack\.com\/)(?:services|workflows|triggers)\/[A-Za-z0-9/_-]{8,}/g,
  /\b(?:Bearer|Basic)\s+[A-Za-z0-9._~+/-]{8,}=*/gi,
  /(?<![A-Za-z0-9_-])eyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{5,}/g, // JWT
  /\b(?:AKIA|ASIA)[A-Z0-9]{16}\b/g, // AWS
  /\bAIza[A-Za-z0-9_-]{35}/g, // Google
  /\b(?:gh[opsur]_[A-Za-z0-9]{20,}|github_pat_[A-Za-z0-9_]{20,}|glpat-[A-Za-z0-9_-]{20,})/g,
  /\b[rs]k_(?:live|test)_[A-Za-z0-9]{16,}/g, // Stripe
  /(?<=:\/\/)[^/\s:@"'\\]{0,256}:[^/\s@"'\\]{1,256}(?=@)/g, // userinfo in a URL
  /(?<=:\/\/)[^/\s:@"'\\]{16,256}(?=@)/g, // a token alone in its place
  /(?<![\w.-])[\w.-]{1,64}:[^\s:@"'\\/]{1,128}(?=@(?:tcp|udp|unix)\()/g, // Go's MySQL driver: user:password@tcp(host)
];

/** `password=…`, `"api_key": "…"`: the name stays. */
const NAMED =
  /((?:password|passwd|secret|token|api[_-]?key|access[_-]?key|private[_-]?key|authorization)(?:\\{0,4}["'])?\s{0,3}[:=]\s{0,3}(?:\\{0,4}["'])?)[^\s"'\\&,;{}()[\]]{6,}/gi;

/** Text without anything that looks like a credential. */
export function redact(text: string): string {
  return SHAPES.reduce((clean, shape) => clean.replace(shape, REDACTED), text).replace(
    NAMED,
    `$1${REDACTED}`,
  );
}

/** A shorter value would be found in innocent words. */
const SHORTEST_SECRET = 8;

/**
 * Takes out known values too, in each form they are likely to be written in.
 * @param secrets may grow while it is used
 */
export function redactorOf(secrets: readonly string[]): (text: string) => string {
  let count = -1;
  let forms: readonly string[] = [];
  return (text) => {
    if (count !== secrets.length) {
      count = secrets.length;
      // The longest first: one may be the beginning of another.
      forms = [...new Set(secrets.flatMap(formsOf))].sort((a, b) => b.length - a.length);
    }
    return redact(forms.reduce((clean, form) => clean.replaceAll(form, REDACTED), text));
  };
}

function formsOf(secret: string): string[] {
  if (secret.length < SHORTEST_SECRET) return [];
  return [secret, JSON.stringify(secret).slice(1, -1), encodeURIComponent(secret), base64(secret)];
}

/** Without padding, so that it is found inside a longer text that begins with it. */
function base64(text: string): string {
  const bytes = new TextEncoder().encode(text);
  return btoa(String.fromCharCode(...bytes.subarray(0, bytes.length - (bytes.length % 3))));
}
