// What is drawn of a service's past.

/** Unix seconds and a figure. */
export interface Reading {
  readonly t: number;
  readonly value: number;
}

export interface DrawnInstance {
  readonly instance: string;
  /** Bytes; the most and the least of each stretch of time. */
  readonly resident: readonly Reading[];
  readonly heap: readonly Reading[];
  readonly goroutines: readonly Reading[];
}

export interface DrawnHistory {
  readonly service: string;
  /** Unix seconds. */
  readonly from: number;
  readonly to: number;
  readonly limitBytes?: number;
  readonly instances: readonly DrawnInstance[];
  /** Instances that are not drawn. */
  readonly more: number;
  /** When processes began anew. */
  readonly marks: readonly { readonly t: number; readonly what: 'deploy' | 'restart' | 'killed' }[];
}
