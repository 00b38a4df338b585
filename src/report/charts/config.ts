import { type Plain, visible } from '../foreign.ts';

/** What JSON can say; charts may hold nothing else. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };

interface Drawing {
  readonly type: 'line' | 'bar';
  readonly data: { readonly [key: string]: Json };
  readonly options: { readonly [key: string]: Json };
}

declare const made: unique symbol;
/** A Chart.js v4 configuration that survives JSON unchanged, and in which nothing is invisible. Made only here. */
export type ChartConfig = Drawing & { readonly [made]: true };

/** Every text of a drawing passes here, whoever has forgotten to clean it. */
export function chartConfig(drawing: Drawing): ChartConfig {
  return withVisibleText(drawing as unknown as Json) as unknown as ChartConfig;
}

function withVisibleText(value: Json): Json {
  if (typeof value === 'string') return visible(value) as Plain;
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(withVisibleText);
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, withVisibleText(inner)]));
}
