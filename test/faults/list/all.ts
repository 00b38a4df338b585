// Every variant that `npm run faults` plays, in the order of its faults.
import type { Variant } from '../variants.ts';
import { slackAnswers } from './slack-answers.ts';

export const VARIANTS: readonly Variant[] = [...slackAnswers];
