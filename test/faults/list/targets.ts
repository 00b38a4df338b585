// F15: services that answer wrongly. One plain sentence, never "0 goroutines"; and what they publish of their secrets stays with them.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { connectRedis } from '../../../src/queue/connection.ts';
import { MISBEHAVIOURS } from '../misbehaviours/all.ts';
import { type Misbehaviour, saysAt } from '../misbehaviours/misbehaviour.ts';
import type { Scene, Typed } from '../scene.ts';
import { must, type Variant } from '../variants.ts';

const WITHIN_MS = 120_000;
/** Some of those a unit test goes through all of: each by its own kind of ending. */
const PLAYED = [
  'reset',
  'closes at once',
  'hangs before the headers',
  'drips its headers',
  'hangs in the middle of the body',
  'a gRPC port',
  "Go's TLS on the http port",
  'a flood of headers',
  'no pprof, but an app that answers every path',
  'a profile of another kind',
  'an empty profile',
  'text where a profile should be',
  'cut within its length',
  'a gzip bomb',
];

export const targets: readonly Variant[] = [
  ...MISBEHAVIOURS.filter(({ name }) => PLAYED.includes(name)).map(
    (misbehaviour): Variant => ({
      fault: 'F15',
      variant: `target: ${misbehaviour.name}`,
      promise: 'one plain sentence with a cause and a next step, and never "0 goroutines"',
      together: true,
      play: (scene) => misbehaves(misbehaviour, scene),
    }),
  ),
  {
    fault: 'F15',
    variant: 'target: publishes a password in its command line',
    promise: 'it is in no message, log, file or key of Redis',
    guards: ['redaction'],
    together: true,
    play: publishesSecrets,
  },
];

async function misbehaves(misbehaviour: Misbehaviour, scene: Scene): Promise<string> {
  const sick = await misbehaviour.start();
  try {
    const name = `sick-${scene.channel.toLowerCase()}`;
    scene.ground.register(name, sick.url);
    const request = await registeredAndAsked(name, scene);
    const root = await scene.finished(request, WITHIN_MS);
    const seen = [root, ...scene.workspace.thread(scene.channel, root.ts)];
    const shown = letters(JSON.stringify(seen.map(({ text, blocks }) => [text, blocks])));
    must(!/\b(0|no) goroutines\b/i.test(JSON.stringify(seen)), 'it says "0 goroutines"');
    const host = new URL(sick.url).host;
    const says = saysAt(misbehaviour, host);
    // The sentences name an instance by its address; here it has a name.
    const named = (text: string): string => text.replaceAll(letters(`${name}-1`), letters(host));
    // What it did at one of several questions is a footnote of the report, in the thread or its file.
    const triage = scene.workspace
      .files()
      .filter(
        ({ id, name: file }) => file.startsWith('triage_') && seen.some(({ files }) => files.includes(id)),
      );
    const reports = triage.map(({ id }) => letters(new TextDecoder().decode(scene.workspace.fileBytes(id))));
    must(
      [shown, ...reports].some((text) => named(text).includes(letters(says))),
      `it says: ${root.text.slice(0, 200)}`,
    );
    return `"${says.slice(0, 110)}…"`;
  } finally {
    await sick.close();
  }
}

/** While others are being registered too, an app keeps to the last services.yml that it has read whole. */
async function registeredAndAsked(name: string, scene: Scene): Promise<Typed> {
  const target = { ...scene.target(), name };
  return scene.until('a service that is registered', async () => {
    const request = await scene.asks({ target });
    // Acknowledged says nothing yet: what an app does not know it says a moment later.
    const isHeard = await scene.until(
      () => `an answer (${request.outcome.kind})`,
      () =>
        (scene.roots(request).length > 0 && 'a message') ||
        (scene.told(request.user).length > 0 && 'a refusal'),
    );
    return isHeard === 'a message' && request;
  });
}

/** Mrkdwn escapes and code marks are not the point. */
function letters(text: string): string {
  return text
    .replaceAll('&amp;', '&')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replace(/\\n/g, ' ')
    .replace(/[^A-Za-z0-9]/g, '');
}

const PASSWORD = 'hunter2-c0rrect-h0rse-battery';

async function publishesSecrets(scene: Scene): Promise<string> {
  const { ground, workspace, channel } = scene;
  const target = scene.target();
  target.trouble = (request, response, ordinary) => {
    if (request.url !== '/debug/vars') return ordinary();
    const vars = {
      cmdline: ['/app/server', `--password=${PASSWORD}`],
      dsn: `postgres://app:${PASSWORD}@db/app`,
      memstats: MEMSTATS,
    };
    response.end(JSON.stringify(vars));
  };
  const request = await scene.asks({ target });
  const root = await scene.finished(request);
  const places = {
    Slack: JSON.stringify([root, ...workspace.thread(channel, root.ts)]),
    'the logs': ground.players.flatMap(({ log }) => log).join('\n'),
    'the files of the thread': workspace
      .files()
      .map(({ id }) => Buffer.from(workspace.fileBytes(id) ?? []).toString('latin1'))
      .join('\n'),
    'the disk': filesUnder(join(ground.home, 'kept'))
      .map((file) => readFileSync(file, 'latin1'))
      .join('\n'),
    Redis: await everythingIn(ground.redisUrl),
  };
  const found = Object.entries(places).filter(([, text]) => text.includes(PASSWORD));
  must(found.length === 0, `the password is in ${found.map(([place]) => place).join(', ')}`);
  return `in none of ${Object.keys(places).join(', ')}`;
}

const MEMSTATS = {
  HeapAlloc: 4_000_000,
  HeapInuse: 5_000_000,
  HeapIdle: 1_000_000,
  Sys: 12_000_000,
  NumGC: 4,
  Mallocs: 90_000,
  Frees: 80_000,
};

function filesUnder(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}

async function everythingIn(url: string): Promise<string> {
  const redis = connectRedis(url, 'worker');
  try {
    const keys = await redis.keys('*');
    const dumps = await Promise.all(keys.map((key) => redis.dumpBuffer(key)));
    return dumps.map((dump) => dump?.toString('latin1') ?? '').join('\n');
  } finally {
    redis.disconnect();
  }
}
