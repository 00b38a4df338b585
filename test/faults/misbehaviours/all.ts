// Everything services do wrong when they are asked, one after the other.
import { BODIES, STATUSES } from './answers.ts';
import { CONNECTIONS, PROTOCOLS } from './connections.ts';
import type { Misbehaviour } from './misbehaviour.ts';
import { SIZES } from './sizes.ts';
import { TRACES } from './traces.ts';

export const MISBEHAVIOURS: readonly Misbehaviour[] = [
  ...CONNECTIONS,
  ...PROTOCOLS,
  ...STATUSES,
  ...BODIES,
  ...SIZES,
  ...TRACES,
];
