import type { Scene } from '../scene.ts';
import { THREAD_SCENES } from './threads.ts';
import { VERDICT_SCENES } from './verdicts.ts';

/** In the order of the index. */
export const SCENES: readonly Scene[] = [...VERDICT_SCENES, ...THREAD_SCENES];
