// /debug/vars without what must never be kept: the command line (it holds secrets) and every string a
// program chose to publish. Only numbers and the runtime's memstats survive, before anything is stored.

const MAX_DEPTH = 6;
const MAX_NUMBERS = 500;

/**
 * The same JSON with `memstats` whole, numeric leaves elsewhere, and nothing more. Undefined when the bytes are not
 * the JSON object expvar serves.
 */
export function withoutSecrets(bytes: Uint8Array): Uint8Array | undefined {
  const vars = readObject(bytes);
  if (!vars || typeof vars.memstats !== 'object' || vars.memstats === null) return undefined;
  const { memstats, cmdline: _dropped, ...others } = vars;
  const budget = { left: MAX_NUMBERS };
  const numbers = numbersOf(others, MAX_DEPTH, budget) as Record<string, unknown> | undefined;
  return new TextEncoder().encode(JSON.stringify({ ...numbers, memstats }));
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

function numbersOf(value: unknown, depth: number, budget: { left: number }): unknown {
  if (typeof value === 'number') return budget.left-- > 0 ? value : undefined;
  if (depth === 0 || typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  const kept = Object.entries(value)
    .map(([key, inner]) => [key.slice(0, 100), numbersOf(inner, depth - 1, budget)] as const)
    .filter(([, inner]) => inner !== undefined);
  return kept.length > 0 ? Object.fromEntries(kept) : undefined;
}
