/**
 * The emoji a verdict uses, drawn here, so that they look the same where no emoji font is installed. A name that is not
 * listed falls back to its character, and one unknown stays as typed.
 */

const DRAWN: Record<string, string> = {
  mag: '<circle cx="8.5" cy="8.5" r="5" fill="#d7ecff" stroke="#3f6d96" stroke-width="2"/><path d="m12.5 12.5 5 5" stroke="#7a5a3a" stroke-width="3" stroke-linecap="round"/>',
  rotating_light:
    '<path d="M5 14V10a5 5 0 0 1 10 0v4z" fill="#e5484d"/><rect x="3" y="14" width="14" height="3" rx="1" fill="#5c6670"/><path d="M10 1v2M3 4l1.5 1.5M17 4l-1.5 1.5" stroke="#e5484d" stroke-width="1.6" stroke-linecap="round"/>',
  warning:
    '<path d="M10 2 19 17H1z" fill="#f5b82e"/><path d="M10 7.5v4.5M10 14.2v.6" stroke="#4a3600" stroke-width="2" stroke-linecap="round"/>',
  white_check_mark:
    '<rect x="2" y="2" width="16" height="16" rx="4" fill="#2f9e5f"/><path d="m6 10.3 2.8 2.8L14.2 7" fill="none" stroke="#fff" stroke-width="2.2" stroke-linecap="round" stroke-linejoin="round"/>',
  x: '<path d="m4.5 4.5 11 11m0-11-11 11" stroke="#d33a42" stroke-width="3.2" stroke-linecap="round"/>',
  grey_question:
    '<circle cx="10" cy="10" r="8" fill="#9aa3ad"/><path d="M7.6 7.9a2.5 2.5 0 1 1 3.5 2.3c-.8.4-1.1.9-1.1 1.7M10 14.4v.3" fill="none" stroke="#fff" stroke-width="1.8" stroke-linecap="round"/>',
  black_square_for_stop:
    '<rect x="2" y="2" width="16" height="16" rx="4" fill="#5b7fa6"/><rect x="6.5" y="6.5" width="7" height="7" fill="#fff"/>',
  hourglass_flowing_sand:
    '<path d="M5 2h10M5 18h10" stroke="#8a6a3b" stroke-width="2" stroke-linecap="round"/><path d="M6 3h8c0 4-3 5-3 7s3 3 3 7H6c0-4 3-5 3-7S6 7 6 3Z" fill="#e9d7a8" stroke="#8a6a3b" stroke-width="1.2"/><path d="M7.5 16c0-2 2.5-2 2.5-4 0 2 2.5 2 2.5 4z" fill="#c9953d"/>',
  large_green_circle: '<circle cx="10" cy="10" r="7.5" fill="#3aa76d"/>',
  large_yellow_circle: '<circle cx="10" cy="10" r="7.5" fill="#f0c541"/>',
  large_orange_circle: '<circle cx="10" cy="10" r="7.5" fill="#ee8b3c"/>',
  red_circle: '<circle cx="10" cy="10" r="7.5" fill="#d33a42"/>',
  white_circle: '<circle cx="10" cy="10" r="7" fill="#fff" stroke="#9aa3ad" stroke-width="1.5"/>',
  chart_with_upwards_trend:
    '<rect x="1.5" y="2" width="17" height="16" rx="2" fill="#eef3f8" stroke="#9db2c7"/><path d="m4 14 4-4 3 2.5L16 6" fill="none" stroke="#d33a42" stroke-width="2" stroke-linecap="round" stroke-linejoin="round"/>',
  eyes: '<ellipse cx="6" cy="10" rx="4" ry="6" fill="#fff" stroke="#7b858f"/><ellipse cx="14" cy="10" rx="4" ry="6" fill="#fff" stroke="#7b858f"/><circle cx="7" cy="11" r="2" fill="#222"/><circle cx="15" cy="11" r="2" fill="#222"/>',
  information_source:
    '<rect x="2" y="2" width="16" height="16" rx="4" fill="#4a86c5"/><path d="M10 9.2v4.6M10 6v.4" stroke="#fff" stroke-width="2.2" stroke-linecap="round"/>',
  card_index_dividers:
    '<path d="M2 6h6l1.5 2H18v9H2z" fill="#c9a86a"/><path d="M2 9h16v8H2z" fill="#e3c589"/><path d="M4 4h5l1 1.5h6V8H4z" fill="#8fb0d0"/>',
  wave: '<path d="M6 11 4.6 7.6a1.1 1.1 0 0 1 2-.9L8 9.5 6.4 5.3a1.1 1.1 0 0 1 2-.8L10 8.7 9 5a1.1 1.1 0 0 1 2.1-.6l1.2 4.3.3-2.6a1.1 1.1 0 0 1 2.2.2c0 2.6.5 5.6-1 8a4.6 4.6 0 0 1-7.7-.2z" fill="#f2c14e" stroke="#b3842a" stroke-width=".8"/>',
  no_entry:
    '<circle cx="10" cy="10" r="8" fill="#d33a42"/><rect x="5" y="8.5" width="10" height="3" rx="1" fill="#fff"/>',
};

const SAME_AS: Record<string, string> = {
  hourglass: 'hourglass_flowing_sand',
  heavy_check_mark: 'white_check_mark',
  question: 'grey_question',
  bar_chart: 'chart_with_upwards_trend',
};

const CHARACTERS: Record<string, string> = {
  '+1': '👍',
  arrow_right: '➡',
  bell: '🔔',
  bulb: '💡',
  fire: '🔥',
  link: '🔗',
  lock: '🔒',
  pushpin: '📌',
  repeat: '🔁',
  stopwatch: '⏱',
  thumbsup: '👍',
  wrench: '🔧',
  zzz: '💤',
};

/** `:mag:` -> the magnifying glass, in text that is escaped already. */
export function withEmoji(escaped: string): string {
  return escaped.replaceAll(/:([a-z0-9_+-]+):/g, (whole, name: string) => {
    const drawn = DRAWN[SAME_AS[name] ?? name];
    if (drawn) return `<svg class="emoji" viewBox="0 0 20 20" role="img" aria-label="${name}">${drawn}</svg>`;
    return CHARACTERS[name] ?? whole;
  });
}
