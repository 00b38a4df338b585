// In which order the instances of a service are captured, and how many at once. Pure.

/** Larger fleets bear a tenth of their instances at once; below that it is one. */
const AT_ONCE_SHARE = 0.1;

export interface Waves<Instance> {
  /** Asked alone; if it cannot be captured, the others are left alone. Absent when people named whom they want. */
  readonly canary?: Instance;
  readonly others: readonly Instance[];
  readonly atOnce: number;
}

/** How many instances of a service may be captured at once by who asks for so many of them. */
export function atOnceOf(wanted: number): number {
  return Math.max(1, Math.floor(wanted * AT_ONCE_SHARE));
}

/**
 * @param all every instance is wanted, so that one may stand for the others first
 * @param first the instance whose turn it is to be the canary
 */
export function wavesOf<Instance>(
  instances: readonly Instance[],
  { all, first }: { readonly all: boolean; readonly first: Instance | undefined },
): Waves<Instance> {
  const atOnce = atOnceOf(instances.length);
  const canary = all && instances.length > 1 ? (first ?? instances[0]) : undefined;
  if (canary === undefined) return { others: instances, atOnce };
  return { canary, others: instances.filter((instance) => instance !== canary), atOnce };
}
