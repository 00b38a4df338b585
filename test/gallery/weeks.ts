// Two weeks of five services, sample by sample through the real watcher, as the sampler would have kept them; made up by
// arithmetic in demo/digest, since nobody records two weeks for a picture.
import { DAYS, EVERY, histories, type MadeUp } from '../../demo/digest/histories.ts';
import { serviceFromUrl } from '../../src/capture/resolve.ts';
import { digestRows } from '../../src/digest/content.ts';
import type { DigestContent, DigestRow, ServiceFacts } from '../../src/model/digest.ts';
import type { Service } from '../../src/model/target.ts';
import { factsReader } from '../../src/past/digest-facts.ts';
import { digestHistory } from '../../src/past/digest-history.ts';
import type { Past } from '../../src/past/past.ts';
import { EMPTY_ROLL_UP, type RollUp, rollUp } from '../../src/watch/roll-up.ts';
import type { Detection } from '../../src/watch/sample.ts';
import type { InstanceState } from '../../src/watch/state.ts';
import { watch } from '../../src/watch/watcher.ts';
import { NIGHT_MS } from './room.ts';
import type { SceneOrigin } from './scene.ts';

const BEGAN_S = Math.floor(NIGHT_MS / 1_000 / 3_600) * 3_600 - DAYS * 86_400;
export const MORNING_MS = (BEGAN_S + DAYS * 86_400) * 1_000;

export const WEEKS_ORIGIN: SceneOrigin = {
  program: 'demo/digest/histories.ts',
  command: 'npm run demo -- --digest',
};

interface Kept {
  readonly kept: RollUp;
  readonly told: readonly Detection[];
}

const watchedOnce = new Map<string, Kept>();

function keptOf({ service, at }: MadeUp): Kept {
  const known = watchedOnce.get(service);
  if (known) return known;
  let state: InstanceState | undefined;
  let kept = EMPTY_ROLL_UP;
  const told: Detection[] = [];
  for (let second = 0; second <= DAYS * 86_400; second += EVERY) {
    const sample = { t: BEGAN_S + second, instance: `${service}-1`, ...at(second) };
    const watched = watch(state, sample);
    state = watched.state;
    kept = rollUp(kept, { ...watched, sample });
    told.push(...watched.detections);
  }
  watchedOnce.set(service, { kept, told });
  return { kept, told };
}

export function madeUp(only: (service: string) => boolean = () => true): readonly MadeUp[] {
  return histories(BEGAN_S).filter(({ service }) => only(service));
}

/** Nothing is asked there: they are written in a message. */
const ADDRESSES: Readonly<Record<string, string>> = {
  'payments-svc': 'http://10.0.7.31:6060',
  'orders-svc': 'http://10.0.7.41:6060',
  'search-svc': 'http://10.0.7.51:6060',
  gateway: 'http://10.0.7.61:6060',
  'ledger-svc': 'http://10.0.7.71:6060',
};

export function serviceOf({ service, owner, limitBytes }: MadeUp): Service {
  return {
    ...serviceFromUrl(ADDRESSES[service] ?? 'http://10.0.7.30:6060'),
    name: service,
    owner,
    memoryLimitBytes: limitBytes,
  };
}

/** What is known of a service in the morning. */
export async function factsOf(week: MadeUp): Promise<ServiceFacts> {
  const { kept, told } = keptOf(week);
  const read = factsReader({
    verdicts: {
      of: async () =>
        week.verdicts.map(({ hoursBefore, ...verdict }) => {
          const atMs = MORNING_MS - hoursBefore * 3_600_000;
          return { ...verdict, atMs, reportId: `${week.service}-${hoursBefore}` };
        }),
    },
    history: digestHistory({
      load: async () => kept,
      instances: async () => [{ instance: `${week.service}-1`, t: MORNING_MS / 1_000 }],
      detections: async (_, since) => told.filter(({ t }) => t >= since),
    }),
  });
  return read(serviceOf(week), MORNING_MS);
}

export async function rowsOf(weeks: readonly MadeUp[]): Promise<readonly DigestRow[]> {
  return digestRows(await Promise.all(weeks.map(factsOf)), MORNING_MS);
}

export async function contentOf(
  weeks: readonly MadeUp[],
  more: Partial<DigestContent> = {},
): Promise<DigestContent> {
  const key = new Date(MORNING_MS).toISOString().slice(0, 19);
  return {
    id: 'all',
    key,
    atMs: MORNING_MS,
    zone: 'UTC',
    rows: await rowsOf(weeks),
    withheld: 0,
    skipped: [],
    ...more,
  };
}

export function pastOf(week: MadeUp): Past {
  const { kept, told } = keptOf(week);
  const now = MORNING_MS / 1_000;
  const instances = [{ instance: `${week.service}-1`, t: now, kept }];
  return {
    instances,
    more: 0,
    told: told.filter(({ t }) => t >= now - 7 * 86_400),
    now,
    source: 'samples',
    problems: [],
  };
}
