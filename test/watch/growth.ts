// Growth as a look may find it.
import type { Growth } from '../../src/watch/growth.ts';

/** A plain leak, after days in which nothing grew. */
export const LEAK: Growth = {
  slope: 1,
  error: 0.05,
  evidence: 60,
  share: 0.15,
  hours: 24,
  late: 1,
  order: 0.9,
  excess: 1,
  before: 0,
  context: 72,
  level: 100,
  loadKnown: true,
  clock: 'hours',
  fills: false,
  sure: true,
};
