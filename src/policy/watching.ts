// Which services are sampled, and when an automatic capture comes of it. Pure.
import { DEFAULT_WATCH, type Service, type WatchRules } from '../model/target.ts';

/** What somebody said with `watch` or `unwatch`. */
export interface WatchSwitch {
  readonly on: boolean;
  readonly by: string;
  readonly atMs: number;
}

/** Instances of one job: at a few milliseconds each a second's work, at a slow service's seconds half a minute's. */
export const SHARD_INSTANCES = 100;

/** How a service is watched; undefined when it is not. Whoever switched it last is right. */
export function watchRulesOf(service: Service, said: WatchSwitch | undefined): WatchRules | undefined {
  if (service.doNotTouch || said?.on === false) return undefined;
  return service.watch ?? (said?.on ? DEFAULT_WATCH : undefined);
}

/** One round of sampling for each of these. */
export interface SamplePlan {
  readonly id: string;
  readonly service: string;
  readonly shard: number;
  readonly everyMs: number;
}

export function samplePlans(
  services: readonly Service[],
  said: ReadonlyMap<string, WatchSwitch>,
): readonly SamplePlan[] {
  return services.flatMap((service) => {
    const rules = watchRulesOf(service, said.get(service.name));
    if (!rules) return [];
    const shards = Math.ceil(service.instances.length / SHARD_INSTANCES);
    return Array.from({ length: shards }, (_, shard) => ({
      id: `sample-${service.name}-${shard}`,
      service: service.name,
      shard,
      everyMs: rules.everyMs,
    }));
  });
}
