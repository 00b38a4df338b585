// /debug/vars without what must never be kept: the command line (it holds secrets) and every string a program chose to
// publish. Only numbers survive, under names that are no secrets themselves, before anything is stored.
import { hasSecretShape, isSecretName } from './secrets.ts';

const MAX_DEPTH = 6;
const MAX_NUMBERS = 500;
/** runtime.MemStats has 256 pauses, as many ends of them, and 61 size classes of three figures. */
const MAX_MEMSTATS = 2_000;
const MAX_NAME = 100;

/**
 * The same JSON with the figures of `memstats`, numeric leaves elsewhere, and nothing more. Undefined when the bytes are
 * not the JSON object expvar serves.
 */
export function withoutSecrets(bytes: Uint8Array): Uint8Array | undefined {
  const vars = readObject(bytes);
  if (!vars || typeof vars.memstats !== 'object' || vars.memstats === null) return undefined;
  const { memstats, cmdline: _dropped, ...others } = vars;
  const numbers = figuresOf(others, { depth: MAX_DEPTH, left: MAX_NUMBERS });
  const figures = figuresOf(memstats, { depth: 3, left: MAX_MEMSTATS, isList: true }) ?? {};
  return new TextEncoder().encode(JSON.stringify({ ...(numbers as object | undefined), memstats: figures }));
}

function readObject(bytes: Uint8Array): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(new TextDecoder().decode(bytes));
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : undefined;
  } catch {
    return undefined;
  }
}

interface Budget {
  readonly depth: number;
  left: number;
  /** Lists of figures are kept too. */
  readonly isList?: boolean;
}

function figuresOf(value: unknown, budget: Budget): unknown {
  if (typeof value === 'number') return budget.left-- > 0 ? value : undefined;
  if (typeof value !== 'object' || value === null || budget.depth === 0) return undefined;
  const within = { ...budget, depth: budget.depth - 1 };
  if (Array.isArray(value)) {
    if (!budget.isList) return undefined;
    const list = value.slice(0, within.left).map((inner) => figuresOf(inner, within));
    budget.left = within.left;
    return list.filter((inner) => inner !== undefined);
  }
  const kept: [string, unknown][] = [];
  for (const [name, inner] of Object.entries(value)) {
    if (isPrivate(name, inner)) continue;
    const figures = figuresOf(inner, within);
    if (figures !== undefined) kept.push([name.slice(0, MAX_NAME), figures]);
  }
  budget.left = within.left;
  return kept.length > 0 ? Object.fromEntries(kept) : undefined;
}

/** Maps are keyed by what a program counts: addresses with passwords in them, tokens, people. */
function isPrivate(name: string, value: unknown): boolean {
  return hasSecretShape(name) || (typeof value === 'number' && isSecretName(name));
}
