// What one line of `npm run faults` is: a fault, done in one way, with the promise that is to be kept.
import type { GroundSettings } from './ground.ts';
import type { Scene } from './scene.ts';

export interface Variant {
  /** F1 to F22. */
  readonly fault: string;
  readonly variant: string;
  /** One sentence, without a full stop. */
  readonly promise: string;
  /** Does it, and says what was observed. Throws Broken when the promise was not kept. */
  readonly play: (scene: Scene) => Promise<string>;
  /** True for one that troubles nobody else (a fault of its own channel or target): it is played beside others. */
  readonly together?: boolean;
  /** A ground other than the usual one. */
  readonly ground?: GroundSettings;
  /** Protections whose absence this variant must notice. */
  readonly guards?: readonly Protection[];
  /** False where requests are meant to be left without a last word; else the judge looks at every one of them. */
  readonly judged?: boolean;
}

export const PROTECTIONS = ['outbox', 'lease', 'ack', 'redaction'] as const;
export type Protection = (typeof PROTECTIONS)[number];

/** A promise that was not kept. */
export class Broken extends Error {
  override readonly name = 'Broken';
}

/** Throws Broken, in words, unless it is so. */
export function must(isSo: boolean, otherwise: string): asserts isSo {
  if (!isSo) throw new Broken(otherwise);
}
