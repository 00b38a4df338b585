// The structured logger. Redaction lives here, so no caller has to remember it: known secret values and
// secret-shaped text never reach a log line.
import { destination, type Logger, pino } from 'pino';

export type Log = Logger;

const SECRET_SHAPES = [
  /xox[abeprs]-[A-Za-z0-9-]{8,}/g, // Slack tokens
  /xapp-[A-Za-z0-9-]{8,}/g,
  /\bBearer\s+[A-Za-z0-9._~+/-]{8,}=*/gi,
  /\b(?:AKIA|ASIA)[A-Z0-9]{16}\b/g,
  /\beyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{5,}/g, // JWT
  /(?<=:\/\/)[^/\s:@]{0,256}:[^/\s@]{1,256}(?=@)/g, // userinfo in a URL
];

const REDACTED = '[redacted]';

/** Text without anything that looks like a credential. */
export function redact(text: string): string {
  return SECRET_SHAPES.reduce((clean, shape) => clean.replace(shape, REDACTED), text);
}

/** A shorter value would be found in innocent words. */
const SHORTEST_SECRET = 8;
/** Some errors quote whole answers. */
const MAX_ERROR_CHARS = 4_000;
const MAX_CAUSES = 3;

/**
 * A logger for one process. Lines are JSON on standard error, so standard output stays for results.
 * @param secrets values that must not appear, whatever they look like
 */
export function createLog(process: string, level: string, secrets: readonly string[] = []): Log {
  const known = secrets.filter(({ length }) => length >= SHORTEST_SECRET);
  const clean = (line: string): string =>
    redact(known.reduce((text, secret) => text.replaceAll(secret, REDACTED), line));
  return pino(
    {
      level,
      base: { process },
      timestamp: pino.stdTimeFunctions.isoTime,
      serializers: { err: (error: unknown) => describeError(error) },
      hooks: { streamWrite: clean },
    },
    destination({ fd: 2, sync: true }),
  );
}

/** Name, words, code and stack; nothing else an error carries: clients attach whole requests, headers included. */
export function describeError(error: unknown, depth = 0): object {
  if (!(error instanceof Error)) return { message: String(error).slice(0, MAX_ERROR_CHARS) };
  const { name, message, stack, cause } = error;
  const code = 'code' in error ? String(error.code) : undefined;
  const said = 'data' in error ? (error.data as { error?: unknown } | undefined)?.error : undefined;
  return {
    name,
    message: message.slice(0, MAX_ERROR_CHARS),
    ...(code !== undefined && { code }),
    ...(typeof said === 'string' && { said }),
    ...(stack !== undefined && { stack: stack.slice(0, MAX_ERROR_CHARS) }),
    ...(cause !== undefined && depth < MAX_CAUSES && { cause: describeError(cause, depth + 1) }),
  };
}
