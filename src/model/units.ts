// Units are a domain of their own: every byte, duration and rate a person reads is formatted here,
// in Go's binary units (KiB, MiB), so that two messages never disagree about what "MB" meant.

const KIB = 1024;
const BYTE_UNITS = ['B', 'KiB', 'MiB', 'GiB', 'TiB'] as const;

/** `1536` -> `1.5 KiB`; negative values keep their sign; at most three significant digits. */
export function formatBytes(bytes: number): string {
  const sign = bytes < 0 ? '-' : '';
  let value = Math.abs(bytes);
  let unit = 0;
  while (value >= KIB && unit < BYTE_UNITS.length - 1) {
    value /= KIB;
    unit += 1;
  }
  return `${sign}${significant(value, unit === 0)} ${BYTE_UNITS[unit]}`;
}

/** The unit in which a whole axis or column reads well: `48 MiB` -> `{ unit: 'MiB', bytes: 1048576 }`. */
export function byteScale(largestBytes: number): { readonly unit: string; readonly bytes: number } {
  let power = 0;
  while (Math.abs(largestBytes) >= 2 * KIB ** (power + 1) && power < BYTE_UNITS.length - 1) power += 1;
  return { unit: BYTE_UNITS[power] ?? 'B', bytes: KIB ** power };
}

/** `1204` -> `1,204`. Fractions are dropped; counts are whole. */
export function formatCount(count: number): string {
  return Math.round(count)
    .toString()
    .replace(/\B(?=(\d{3})+$)/g, ',');
}

/** `+1,204`, `-3`, `0`: a change, always with its sign. */
export function formatDelta(delta: number): string {
  return delta > 0 ? `+${formatCount(delta)}` : formatCount(delta);
}

/** `+12.4 MiB`, `-1 KiB`: a change in bytes, always with its sign. */
export function formatBytesDelta(bytes: number): string {
  return bytes > 0 ? `+${formatBytes(bytes)}` : formatBytes(bytes);
}

/** Milliseconds as people say them: `640 ms`, `12.3 s`, `2 m 05 s`, `2 h 10 m`, `3 d 4 h`. */
export function formatDuration(durationMs: number): string {
  const ms = Math.max(0, durationMs);
  if (ms < 1000) return `${ms < 10 ? significant(ms, false) : Math.round(ms)} ms`;
  if (ms < 60_000) return `${significant(ms / 1000, false)} s`;
  const seconds = Math.round(ms / 1000);
  if (seconds < 3600) return `${Math.floor(seconds / 60)} m ${pad(seconds % 60)} s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 48 * 60) return `${Math.floor(minutes / 60)} h ${pad(minutes % 60)} m`;
  const hours = Math.round(minutes / 60);
  return `${Math.floor(hours / 24)} d ${hours % 24} h`;
}

/** A forecast, in no finer steps than it deserves: `40 s`, `15 min`, `2 h 10 m`, `3 d 4 h`. */
export function formatForecast(durationMs: number): string {
  const step = durationMs < 60_000 ? 10_000 : durationMs < 3_600_000 ? 60_000 : 600_000;
  return formatDuration(Math.max(step, Math.round(durationMs / step) * step))
    .replace(/ 00 [ms]$/, '')
    .replace(/^(\d+) m$/, '$1 min');
}

/** `0.934` -> `93 %`. */
export function formatPercent(ratio: number): string {
  const percent = ratio * 100;
  return `${Math.abs(percent) < 1 && percent !== 0 ? percent.toFixed(1) : Math.round(percent)} %`;
}

/** `5s`, `30 s`, `2m`, `1h30m`, bare seconds `45` -> milliseconds; undefined when it is not a duration. */
export function parseDuration(text: string): number | undefined {
  const compact = text.trim().toLowerCase().replaceAll(' ', '');
  if (/^\d+(\.\d+)?$/.test(compact)) return Number(compact) * 1000;
  const parts = [
    ...compact.matchAll(/(\d+(?:\.\d+)?)(ms|s|sec|secs|seconds?|m|min|mins|minutes?|h|hours?|d|days?)/g),
  ];
  if (parts.length === 0 || parts.map((part) => part[0]).join('') !== compact) return undefined;
  return parts.reduce((sum, part) => sum + Number(part[1]) * unitMs(part[2] ?? 's'), 0);
}

/** `512MiB`, `2GB`, `1024` -> bytes; decimal spellings are read as binary, as Go's GOMEMLIMIT users mean them. */
export function parseBytes(text: string): number | undefined {
  const match = /^\s*(\d+(?:\.\d+)?)\s*(b|kb|kib|k|mb|mib|m|gb|gib|g|tb|tib|t)?\s*$/i.exec(text);
  if (!match) return undefined;
  const power = 'bkmgt'.indexOf((match[2] ?? 'b').charAt(0).toLowerCase());
  return Number(match[1]) * KIB ** power;
}

function unitMs(unit: string): number {
  if (unit === 'ms') return 1;
  if (unit.startsWith('s')) return 1000;
  if (unit.startsWith('m')) return 60_000;
  return unit.startsWith('h') ? 3_600_000 : 86_400_000;
}

function significant(value: number, whole: boolean): string {
  if (whole || value >= 100) return Math.round(value).toString();
  const fixed = value >= 10 ? value.toFixed(1) : value.toFixed(2);
  return fixed.replace(/\.?0+$/, '');
}

function pad(value: number): string {
  return value.toString().padStart(2, '0');
}

/** `2026-11-25`, in UTC */
export function formatDay(ms: number): string {
  return new Date(ms).toISOString().slice(0, 10);
}

/** `2026-11-25 09:46 UTC`; dates end some 275,000 years from now, and numbers do not */
export function formatMoment(ms: number): string {
  const date = new Date(ms);
  if (Number.isNaN(date.getTime())) return 'a moment that is not known';
  return `${date.toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}
