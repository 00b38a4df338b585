// Bounded reading of what strangers send: any JSON comes in, short strings and plain moments come out.

export const MAX_NAME = 120;
export const MAX_SUMMARY = 300;
const MAX_LABELS = 40;
const MAX_LABEL_NAME = 80;
const MAX_LABEL_VALUE = 200;
const MAX_MOMENT = 40;
/** A mapping goes no deeper; nor does anything an alert says of itself. */
const MAX_PATH = 8;

export type Bag = Readonly<Record<string, unknown>>;

export function asBag(value: unknown): Bag | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Bag) : undefined;
}

export function asList(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

/** A string or number as text of at most so many characters; undefined when it is neither, or empty. */
export function asText(value: unknown, max: number): string | undefined {
  const text = typeof value === 'number' ? String(value) : value;
  if (typeof text !== 'string') return undefined;
  const trimmed = text.slice(0, 4 * max).trim();
  return trimmed === '' ? undefined : trimmed.slice(0, max);
}

/** Names to texts; what is not text, or too much, is left out. */
export function asLabels(value: unknown): Record<string, string> {
  const labels: Record<string, string> = Object.create(null);
  for (const [name, given] of Object.entries(asBag(value) ?? {}).slice(0, MAX_LABELS)) {
    const text = asText(given, MAX_LABEL_VALUE);
    if (text !== undefined && name.length <= MAX_LABEL_NAME) labels[name] = text;
  }
  return labels;
}

/** `2026-11-26T12:00:00.123456789Z`, Unix seconds or milliseconds -> Unix milliseconds. Go's zero time is none. */
export function asMoment(value: unknown): number | undefined {
  const text = typeof value === 'string' ? value.slice(0, MAX_MOMENT) : '';
  const parsed = typeof value === 'number' ? (value < 1e11 ? value * 1000 : value) : Date.parse(text);
  const isPlausible = Number.isFinite(parsed) && parsed > Date.UTC(2000, 0) && parsed < Date.UTC(2200, 0);
  return isPlausible ? Math.floor(parsed) : undefined;
}

/** `labels.app` -> the value there; own properties only. */
export function at(value: unknown, path: string | undefined): unknown {
  if (path === undefined) return undefined;
  return path
    .split('.')
    .slice(0, MAX_PATH)
    .reduce<unknown>((inner, name) => {
      const bag = Array.isArray(inner) ? (inner as unknown as Bag) : asBag(inner);
      return bag !== undefined && Object.hasOwn(bag, name) ? bag[name] : undefined;
    }, value);
}
