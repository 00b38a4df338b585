// What is known of a service for its digest: its memory over days, what the watcher said, verdicts, and since when its
// signatures are known. Each comes from a store of its own; one that has nothing leaves a gap, never a zero.
import type { KeptDetection, KeptVerdict, MemoryPoint, ServiceFacts } from '../model/digest.ts';
import type { Service } from '../model/target.ts';

export interface FactPorts {
  readonly verdicts: { readonly of: (service: string) => Promise<readonly KeptVerdict[]> };
  readonly history: {
    /** Of a service's instances together, oldest first. */
    readonly memory: (service: string, sinceMs: number) => Promise<readonly MemoryPoint[]>;
    readonly detections: (service: string, sinceMs: number) => Promise<readonly KeptDetection[]>;
    readonly changes: (
      service: string,
      sinceMs: number,
    ) => Promise<{ readonly restarts: number; readonly build?: string }>;
  };
}

const DAY_MS = 86_400_000;
const DAYS = 14;
/** The watcher says a thing once a week. */
const DETECTIONS_DAYS = 7;

export function factsReader({ verdicts, history }: FactPorts) {
  return async ({ name, owner, memoryLimitBytes }: Service, atMs: number): Promise<ServiceFacts> => {
    const [kept, memory, detections, changes] = await Promise.all([
      verdicts.of(name),
      history.memory(name, atMs - DAYS * DAY_MS),
      history.detections(name, atMs - DETECTIONS_DAYS * DAY_MS),
      history.changes(name, atMs - DAY_MS),
    ]);
    return {
      service: name,
      memory,
      verdicts: kept,
      detections,
      ...changes,
      ...(owner !== undefined && { owner }),
      ...(memoryLimitBytes !== undefined && { limitBytes: memoryLimitBytes }),
      ...(memory.length === 0 && kept.length === 0 && { unknown: 'it was neither watched nor captured' }),
    };
  };
}
