/** Logical pixels. */
export interface ChartSize {
  readonly width: number;
  readonly height: number;
}

/** 16:9, legible at the width of a phone. */
export const CHART_SIZE: ChartSize = { width: 800, height: 450 };
