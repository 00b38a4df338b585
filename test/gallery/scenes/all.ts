import type { Scene } from '../scene.ts';
import { ANSWER_SCENES } from './answers.ts';
import { DEEP_SCENES } from './deep.ts';
import { DIGEST_SCENES } from './digests.ts';
import { FAILURE_SCENES } from './failures.ts';
import { INCIDENT_SCENES } from './incidents.ts';
import { PAGE_SCENES } from './pages.ts';
import { PROPOSAL_SCENES } from './proposals.ts';
import { THREAD_SCENES } from './threads.ts';
import { UPLOAD_SCENES } from './uploads.ts';
import { VERDICT_SCENES } from './verdicts.ts';
import { WORD_SCENES } from './words.ts';
import { WORKFLOW_SCENES } from './workflow.ts';

/** In the order of the index. */
export const SCENES: readonly Scene[] = [
  ...VERDICT_SCENES,
  ...THREAD_SCENES,
  ...ANSWER_SCENES,
  ...INCIDENT_SCENES,
  ...DIGEST_SCENES,
  ...FAILURE_SCENES,
  ...WORD_SCENES,
  ...UPLOAD_SCENES,
  ...DEEP_SCENES,
  ...PROPOSAL_SCENES,
  ...WORKFLOW_SCENES,
  ...PAGE_SCENES,
];
