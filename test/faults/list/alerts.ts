// F7: the same alert from three Alertmanagers, again after their repeat_interval, late, out of order, and while somebody is
// killed. Whatever is sent again, a service has one message, and is not captured again for it.
import type { Message } from '../../../demo/workspace/nouns.ts';
import type { Player } from '../cast.ts';
import { type GroundSettings, PLENTY, writeServices } from '../ground.ts';
import { keyOf, type Scene } from '../scene.ts';
import type { Target } from '../target.ts';
import { must, type Variant } from '../variants.ts';

const TOKEN_ENV = 'GOLEAK_WEBHOOK_TOKEN';
const TOKEN = 'the-token-of-the-proving-ground';
const GROUND: GroundSettings = { apps: 2, workers: 2, targets: 40, env: { [TOKEN_ENV]: TOKEN } };
const ALERTMANAGERS = 3;
const GROUPS = 50;
/** One alert of a service counts as over after this; a second look follows. */
const SETTLE = '5s';
const WITHIN_MS = 90_000;
/** `…firing since 12:03 UTC* · *healthy* · …` */
const VERDICT = /UTC\*? · \*/;
/** What Alertmanager does with a delivery that was not taken: it tries again. */
const RETRY_MS = 250;
const RETRIED_FOR_MS = 30_000;

interface Alert {
  readonly name: string;
  readonly began: Date;
  readonly ended?: Date;
}

interface Answer {
  readonly duplicate?: boolean;
  readonly heard?: number;
}

/** A service that has alerts, and the channel in which it is told. */
interface Alarm {
  readonly target: Target;
  /** One Alertmanager hands it to an app, and tries again until it is taken. */
  readonly sends: (by: number, alerts: readonly Alert[], group?: string) => Promise<Answer>;
  /** All Alertmanagers do, at once. */
  readonly allSend: (alerts: readonly Alert[], group?: string) => Promise<readonly Answer[]>;
  /** Resolves with the one message once its words match. */
  readonly says: (words: RegExp) => Promise<Message>;
  /** Resolves when the capture's verdict and its files are there. */
  readonly toldAll: () => Promise<Message>;
  /** One message in the channel, and so many captures; throws Broken otherwise. */
  readonly once: (captures?: number) => string;
}

function alarmOf(scene: Scene): Alarm {
  const { ground, workspace, channel } = scene;
  const target = scene.target();
  const services = { [target.name]: { instances: [target.url], metrics: false, budget: PLENTY } };
  const incidents = { token_env: TOKEN_ENV, channel, window: '5s', look_every: '1h', settle: SETTLE };
  writeServices(ground.home, { services, incidents });
  const roots = (): readonly Message[] =>
    workspace.messages(channel).filter((message) => keyOf(message) !== '');
  const sends: Alarm['sends'] = async (by, alerts, group = target.name) => {
    const body = JSON.stringify(delivery(target.name, group, alerts));
    const until = Date.now() + RETRIED_FOR_MS;
    for (let attempt = by; ; attempt++) {
      const answer = await delivered(ground.apps[attempt % ground.apps.length], body);
      if (answer !== undefined) return answer;
      must(Date.now() < until, 'no app took the alert');
      await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
    }
  };
  const says: Alarm['says'] = (words) =>
    scene.until(
      () =>
        `a message saying ${words} (seen: ${
          roots()
            .map(({ text }) => text.slice(0, 200))
            .join(' / ') || 'nothing'
        })`,
      () => roots().find(({ text }) => words.test(text)),
      WITHIN_MS,
    );
  return {
    target,
    sends,
    allSend: (alerts, group) =>
      Promise.all(Array.from({ length: ALERTMANAGERS }, (_, by) => sends(by, alerts, group))),
    says,
    toldAll: async () => {
      const root = await says(VERDICT);
      await scene.until(
        'the files of the first capture',
        () => workspace.thread(channel, root.ts).some(({ files }) => files.length > 0),
        WITHIN_MS,
      );
      return root;
    },
    once: (captures = 1) => {
      const made = new Set(target.hits.map(({ capture }) => capture)).size;
      const shown = `${roots().length} ${roots().length === 1 ? 'message' : 'messages'}, ${made} ${made === 1 ? 'capture' : 'captures'}`;
      must(roots().length === 1 && made === captures, shown);
      return shown;
    },
  };
}

/** As Alertmanager's webhook has it. */
function delivery(service: string, group: string, alerts: readonly Alert[]): unknown {
  return {
    version: '4',
    groupKey: `{}:{group="${group}"}`,
    status: alerts.some(({ ended }) => ended === undefined) ? 'firing' : 'resolved',
    alerts: alerts.map(({ name, began, ended }) => ({
      status: ended === undefined ? 'firing' : 'resolved',
      labels: { alertname: name, service, severity: 'critical' },
      annotations: { summary: `${name} of ${service}` },
      startsAt: began.toISOString(),
      endsAt: ended?.toISOString() ?? '0001-01-01T00:00:00Z',
      fingerprint: Buffer.from(`${name} ${service}`).toString('hex').slice(0, 64),
    })),
  };
}

/** Undefined: it was not taken, or nobody was there. */
async function delivered(app: Player | undefined, body: string): Promise<Answer | undefined> {
  const line = app?.log.findLast((each) => each.includes('Health port open.')) ?? '{}';
  const { port } = JSON.parse(line) as { port?: number };
  const answer = await fetch(`http://127.0.0.1:${port}/alerts/alertmanager`, {
    method: 'POST',
    headers: { authorization: `Bearer ${TOKEN}` },
    body,
  }).catch(() => undefined);
  if (answer?.status !== 200) return undefined;
  return (await answer.json().catch(() => undefined)) as Answer | undefined;
}

const firing = (name = 'HeapGrowing'): Alert => ({ name, began: new Date() });

/** Name of a fault -> what is sent, and what was seen. */
const RESENT: Readonly<Record<string, (alarm: Alarm, scene: Scene) => Promise<string>>> = {
  'three Alertmanagers send an alert at the same moment': async ({ allSend, toldAll, once }) => {
    const answers = await allSend([firing()]);
    await toldAll();
    return `${once()}; ${answers.length} deliveries taken`;
  },
  'three Alertmanagers repeat an alert five times, and the verdict is there': async (
    alarm,
    { workspace, channel },
  ) => {
    const { allSend, toldAll, once } = alarm;
    const alert = firing();
    await allSend([alert]);
    const before = await toldAll();
    const edits = (): number =>
      workspace.calls('chat.update').filter(({ args }) => args.channel === channel).length;
    const editsBefore = edits();
    const answers: Answer[] = [];
    for (let times = 0; times < 5; times++) answers.push(...(await allSend([alert])));
    const duplicates = answers.filter(({ duplicate }) => duplicate === true).length;
    must(
      duplicates === answers.length,
      `${answers.length - duplicates} of ${answers.length} were taken for news`,
    );
    const after = await toldAll();
    must(after.text === before.text && edits() === editsBefore, 'the message was edited');
    return `${once()}; ${duplicates} deliveries known already, 0 edits`;
  },
  'a second alert joins, sent by three': async ({ allSend, toldAll, says, once }) => {
    const first = firing();
    await allSend([first]);
    await toldAll();
    await allSend([first, firing('GoroutinesGrowing')]);
    const { text } = await says(/2 alerts firing/);
    return `${once()}; "${text.slice(0, 60)}"`;
  },
  'an Alertmanager that is behind says "firing" after the others said "resolved"': async (alarm) => {
    const { allSend, sends, toldAll, says, once } = alarm;
    const alert = firing();
    await allSend([alert]);
    await toldAll();
    const other = firing('GoroutinesGrowing');
    await allSend([{ ...alert, ended: new Date() }]);
    // Never heard of before in this shape: it cannot be told by its delivery, only by its times.
    await sends(2, [alert, { ...other, ended: other.began }], 'another group');
    const { text } = await says(/recovered/);
    await sends(1, [alert], 'a third group');
    const after = await says(/recovered/);
    must(after.text === text, `it then said: ${after.text}`);
    return `${once(2)}; "${text.slice(0, 60)}"`;
  },
  'a storm of a thousand alerts in fifty groups, each from three, interleaved': async (alarm) => {
    const { sends, toldAll, says, once } = alarm;
    const groups = Array.from({ length: GROUPS }, (_, group) =>
      Array.from({ length: 20 }, (_, nth) => firing(`Pod${group * 20 + nth}`)),
    );
    const all = Array.from({ length: ALERTMANAGERS }, async (_, by) => {
      // Each begins at another group: none of them hears of the groups in the order of the others.
      for (let nth = 0; nth < GROUPS; nth++) {
        const at = (nth + by * 17) % GROUPS;
        await sends(by, groups[at] ?? [], `group-${at}`);
      }
    });
    await Promise.all(all);
    await toldAll();
    await says(/1,000 alerts firing/);
    return `${once()}; ${GROUPS * ALERTMANAGERS} deliveries of 20 alerts`;
  },
  'the app is killed in the middle of a delivery, and its sender tries again': async (alarm, { ground }) => {
    const { sends, allSend, toldAll, once } = alarm;
    const alert = firing();
    const [app] = ground.apps;
    const sent = sends(0, [alert]);
    await app?.killAndRestart();
    await sent;
    await allSend([alert]);
    await toldAll();
    return once();
  },
  'the worker is killed while it captures for the alert, which is sent again': async (alarm, { ground }) => {
    const { target, allSend, toldAll, once } = alarm;
    const alert = firing();
    const hit = target.nextHit(/heap/);
    await allSend([alert]);
    await hit;
    const back = Promise.all(ground.workers.map((worker) => worker.killAndRestart()));
    await allSend([alert]);
    await back;
    await toldAll();
    return once();
  },
  'Redis is killed between two deliveries of an alert': async (alarm, { ground }) => {
    const { sends, allSend, toldAll, once } = alarm;
    const alert = firing();
    await sends(0, [alert]);
    await ground.redis.killAndRestart();
    await allSend([alert]);
    await toldAll();
    return once();
  },
  "Slack's answer to the incident's message is lost, and the alert is sent again": async (alarm, scene) => {
    const { allSend, toldAll, once } = alarm;
    const alert = firing();
    scene.troubles({ kind: 'reset', method: 'chat.postMessage', accepted: true });
    await allSend([alert]);
    await allSend([alert]);
    await toldAll();
    return once();
  },
};

export const alerts: readonly Variant[] = Object.entries(RESENT).map(
  ([variant, play]): Variant => ({
    fault: 'F7',
    variant,
    promise:
      'the service has one message, which later deliveries edit, and what is sent again has it captured no second time',
    ground: GROUND,
    play: (scene) => play(alarmOf(scene), scene),
  }),
);
