// What is known of services over days: digests, the picture of a history, the home tab.

import { showDigest } from '../../../src/deliver/digest-thread.ts';
import { digestForm } from '../../../src/forms/digest.ts';
import { FIRST_PAGE, type HomeFacts, type HomeService } from '../../../src/home/facts.ts';
import { homeView, SERVICES_PER_PAGE } from '../../../src/home/home.ts';
import type { DigestContent } from '../../../src/model/digest.ts';
import { drawnHistory } from '../../../src/past/past.ts';
import { showHistory } from '../../../src/past/picture.ts';
import { CHANNEL, ON_CALL } from '../../kit/stage.ts';
import type { GalleryRoom } from '../room.ts';
import type { Scene } from '../scene.ts';
import { contentOf, MORNING_MS, madeUp, pastOf, rowsOf, serviceOf, WEEKS_ORIGIN } from '../weeks.ts';

async function digest(room: GalleryRoom, content: DigestContent): Promise<string> {
  room.setTime(MORNING_MS + 2_000);
  const { slack, ports } = room;
  await showDigest(content, CHANNEL, { ...ports, slack, mayPost: async () => {} });
  const root = await ports.ledger.posting('root');
  return root.state === 'sent' ? root.ts : '';
}

/** The home tab of somebody with so many services. */
export async function home(room: GalleryRoom, count: number, more: Partial<HomeFacts> = {}): Promise<void> {
  const rows = await rowsOf(madeUp());
  const known: HomeService[] = rows.map((row) => ({
    name: row.service,
    ...(row.owner !== undefined && { owner: row.owner }),
    instances: 1,
    may: 'all',
    known: row,
    isWatched: true,
    isAccepted: false,
    isUntouchable: false,
  }));
  const others: HomeService[] = Array.from({ length: Math.max(0, count - known.length) }, (_, at) => ({
    name: `service-${String(at + 1).padStart(3, '0')}`,
    owner: '@platform',
    instances: 2,
    may: at % 3 === 0 ? 'light' : 'all',
    isWatched: false,
    isAccepted: false,
    isUntouchable: at % 50 === 49,
  }));
  const services = [...known, ...others].slice(0, count);
  const page = more.state?.page ?? 0;
  room.setTime(MORNING_MS);
  await room.publishHome(
    homeView({
      nowMs: MORNING_MS,
      state: FIRST_PAGE,
      services: services.slice(page * SERVICES_PER_PAGE, (page + 1) * SERVICES_PER_PAGE),
      found: count,
      visible: count,
      mayCapture: count,
      digests: [
        { id: 'all', cron: '0 9 * * *', zone: 'UTC', channel: CHANNEL, nextMs: MORNING_MS + 6 * 3_600_000 },
      ],
      recent: rows.flatMap(({ service, verdict }) =>
        verdict
          ? [{ service, atMs: verdict.atMs, kind: verdict.kind, ...(verdict.tier && { tier: verdict.tier }) }]
          : [],
      ),
      viewer: { isAdmin: false, maySetDigests: true, mayStop: false, isGuest: false },
      proposals: [],
      ...more,
    }),
  );
}

export const DIGEST_SCENES: readonly Scene[] = [
  {
    name: 'digest-all',
    about: 'Every service on one line, worst first.',
    origin: [WEEKS_ORIGIN],
    play: async (room) => {
      await digest(room, await contentOf(madeUp()));
      return { at: 'channel' };
    },
  },
  {
    name: 'digest-thread',
    about: 'What a digest says below: each service, its figures, and the memory of fourteen days.',
    origin: [WEEKS_ORIGIN],
    play: async (room) => ({ at: 'thread', ts: await digest(room, await contentOf(madeUp())) }),
  },
  {
    name: 'digest-healthy',
    about: 'A morning on which everything is well.',
    origin: [WEEKS_ORIGIN],
    play: async (room) => {
      await digest(
        room,
        await contentOf(
          madeUp((service) => service === 'ledger-svc'),
          { id: 'ledger-svc' },
        ),
      );
      return { at: 'channel' };
    },
  },
  {
    name: 'digest-late',
    about: 'It comes late, and says what was left out while nobody was there.',
    origin: [WEEKS_ORIGIN],
    play: async (room) => {
      const skipped = [{ key: '2026-11-21T03:00:00' }, { key: '2026-11-22T03:00:00' }];
      const weeks = madeUp((service) => service !== 'gateway');
      await digest(room, await contentOf(weeks, { lateMs: 25 * 60_000, skipped, withheld: 1 }));
      return { at: 'channel' };
    },
  },
  {
    name: 'history-chart',
    about: 'The past week of a service that reaches its limit, is killed and begins anew.',
    origin: [WEEKS_ORIGIN],
    play: async (room) => {
      room.setTime(MORNING_MS);
      const [week] = madeUp((service) => service === 'orders-svc');
      const drawn = week && drawnHistory(serviceOf(week), pastOf(week));
      if (!week || !drawn) throw new Error('there is nothing to draw');
      const { slack, ports } = room;
      const showing = {
        authorise: async () => ({ may: 'yes' }) as const,
        slack,
        renderChart: ports.renderChart,
      };
      await showHistory(drawn, serviceOf(week), { door: 'slash', user: ON_CALL, channel: CHANNEL }, showing);
      return { at: 'channel' };
    },
  },
  {
    name: 'home-few',
    about: 'The home tab of somebody with five services.',
    origin: [WEEKS_ORIGIN],
    play: async (room) => {
      await home(room, 5);
      return { at: 'home' };
    },
  },
  {
    name: 'home-many',
    about: 'The home tab with 500 services: a page at a time, those that are ill first.',
    origin: [WEEKS_ORIGIN],
    play: async (room) => {
      await home(room, 500);
      return { at: 'home' };
    },
  },
  {
    name: 'form-digest',
    about: 'The form behind "Set up a digest".',
    origin: [WEEKS_ORIGIN],
    play: async (room) => {
      await room.openModal(
        digestForm({ id: 'payments-svc', time: '09:00', zone: 'Europe/Berlin', channel: CHANNEL }),
      );
      return { at: 'modal' };
    },
  },
];
