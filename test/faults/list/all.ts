// Every variant that `npm run faults` plays, in the order of its faults.
import type { Variant } from '../variants.ts';
import { acknowledged } from './acknowledged.ts';
import { alerts } from './alerts.ts';
import { digests } from './digests.ts';
import { smallDisk } from './disk.ts';
import { expired } from './expired.ts';
import { house } from './house.ts';
import { oneAtATime } from './lease.ts';
import { memory } from './memory.ts';
import { poison } from './poison.ts';
import { redisAway } from './redis-away.ts';
import { repeats } from './repeats.ts';
import { slackAnswers } from './slack-answers.ts';
import { slackBusy } from './slack-busy.ts';
import { sockets } from './sockets.ts';
import { targets } from './targets.ts';
import { workersKilled } from './worker-killed.ts';

export const VARIANTS: readonly Variant[] = [
  ...workersKilled,
  ...slackAnswers,
  ...slackBusy,
  ...sockets,
  ...acknowledged,
  ...repeats,
  ...alerts,
  ...redisAway,
  ...oneAtATime,
  ...targets,
  ...poison,
  ...smallDisk,
  ...house,
  ...expired,
  ...memory,
  ...digests,
];
