// Facts of services as a digest finds them, and a clock that can be set.
import type { KeptVerdict, ServiceFacts } from '../../src/model/digest.ts';
import type { DigestStore } from '../../src/store/digests.ts';

export const DAY_MS = 86_400_000;
export const MIB = 1024 * 1024;

export function verdictOf(
  kind: KeptVerdict['kind'],
  atMs: number,
  more: Partial<KeptVerdict> = {},
): KeptVerdict {
  return { atMs, reportId: `${kind}-${atMs}`, kind, summary: `it is ${kind}`, signatures: [], ...more };
}

export function factsOf(service: string, more: Partial<ServiceFacts> = {}): ServiceFacts {
  return { service, memory: [], verdicts: [], detections: [], restarts: 0, ...more };
}

/** An hour apart, ending at a moment; `mib` is told the hours before it. */
export function memoryBefore(atMs: number, hours: number, mib: (hoursBefore: number) => number) {
  return Array.from({ length: hours }, (_, at) => {
    const before = hours - 1 - at;
    return { atMs: atMs - before * 3_600_000, bytes: Math.round(mib(before) * MIB) };
  });
}

/** The same store, at another time. */
export function atTime(digests: DigestStore, nowMs: () => number): DigestStore {
  return { ...digests, nowMs: async () => nowMs() };
}
