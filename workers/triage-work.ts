// What triage jobs are given.
import type { Authorise } from '../src/authorise.ts';
import type { SlackReader } from '../src/deliver/slack-read.ts';
import type { JobQueue } from '../src/queue/queue.ts';
import type { IncidentStore } from '../src/store/incidents.ts';
import type { KnownStore } from '../src/store/known.ts';
import type { DeliverWork } from './deliver.ts';

export interface TriageWork extends DeliverWork {
  readonly incidents: IncidentStore;
  readonly known: Pick<KnownStore, 'link'>;
  readonly queue: Pick<JobQueue, 'capture' | 'deliver' | 'triage'>;
  readonly read: SlackReader;
  readonly authorise: Authorise;
  readonly now: () => number;
}
