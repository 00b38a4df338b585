/** What JSON can say; charts may hold nothing else. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };

/** A Chart.js v4 configuration that survives JSON unchanged. */
export interface ChartConfig {
  readonly type: 'line' | 'bar';
  readonly data: { readonly [key: string]: Json };
  readonly options: { readonly [key: string]: Json };
}
