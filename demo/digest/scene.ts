// What `npm run demo -- --digest` plays: two weeks of five services are written into the store, and somebody types
// `/goleak digest all now`: what is posted is what tomorrow's digest would say. `--once` leaves then, with status 0 if every
// service is told of as it deserves.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { stringify } from 'yaml';
import { connectRedis } from '../../src/queue/connection.ts';
import { privateRedisUrl } from '../../src/queue/private-redis.ts';
import { openHistoryStore } from '../../src/store/history.ts';
import { openVerdictStore } from '../../src/store/verdicts.ts';
import { logFileIn, startProcess } from '../process.ts';
import { ThreadPrinter } from '../thread-printer.ts';
import { startWorkspace, type Workspace } from '../workspace/server.ts';
import { DAYS, EVERY, histories, type MadeUp } from './histories.ts';

const MANIFEST = fileURLToPath(new URL('../../manifest.yml', import.meta.url));
const CHANNEL = 'C0PAYMENTS';
const ON_CALL = 'U0ONCALL';
const COMMAND = '/goleak digest all now';
const DIGEST_MS = 60_000;
const HOUR_MS = 3_600_000;

const say = (step: string, what: string): void => console.log(`${step}: ${what}`);

async function play(once: boolean): Promise<number> {
  const home = mkdtempSync(join(tmpdir(), 'goleak-digest-'));
  const closers: (() => Promise<void> | void)[] = [() => rmSync(home, { recursive: true, force: true })];
  try {
    const workspace = await startWorkspace({ manifest: MANIFEST, port: 0 });
    closers.push(() => workspace.close());
    say('workspace', workspace.url);
    const beganS = Math.floor(Date.now() / 1_000) - DAYS * 86_400;
    const services = histories(beganS);
    writeFileSync(join(home, 'services.yml'), stringify({ services: registered(services) }));
    const env = {
      GOLEAK_HOME: join(home, 'kept'),
      GOLEAK_SERVICES: join(home, 'services.yml'),
      GOLEAK_REDIS_SERVER: process.env.GOLEAK_REDIS_SERVER ?? '',
      PORT: '0',
      ...workspace.env(),
    };
    for (const [script, name] of [
      ['src/app.ts', 'app'],
      ['workers/main.ts', 'worker'],
    ] as const) {
      const started = await startProcess(script, env, logFileIn(home, name));
      closers.push(() => started.stop());
      say(name, 'ready');
    }
    await remember(services, beganS, join(home, 'kept'));
    const isGood = await digestScene(workspace, services);
    if (!once) {
      say(
        '\nstill running',
        `open ${workspace.url}, look into the thread, or type ${COMMAND}; Ctrl-C ends it`,
      );
      await new Promise((resolve) => process.once('SIGINT', resolve).once('SIGTERM', resolve));
    }
    return isGood ? 0 : 1;
  } finally {
    for (let closer = closers.pop(); closer; closer = closers.pop()) await closer();
  }
}

/** Nothing listens there, and nothing is asked: a digest tells only what is known. */
function registered(services: readonly MadeUp[]) {
  return Object.fromEntries(
    services.map(({ service, owner, limitBytes }) => [
      service,
      { instances: ['http://127.0.0.1:1'], owner, memory_limit: limitBytes },
    ]),
  );
}

/** Sample by sample, as the sampler would have: what the watcher says of them is its own. */
async function remember(services: readonly MadeUp[], beganS: number, home: string): Promise<void> {
  const redis = connectRedis(privateRedisUrl(home), 'worker');
  const [history, verdicts] = [openHistoryStore(redis), openVerdictStore(redis)];
  const nowMs = (beganS + DAYS * 86_400) * 1_000;
  try {
    await Promise.all(
      services.map(async ({ service, at, verdicts: found }) => {
        const instance = `${service}-1`;
        for (let second = 0; second <= DAYS * 86_400; second += EVERY) {
          await history.append({ service, instance }, { t: beganS + second, instance, ...at(second) }, null);
        }
        for (const { hoursBefore, ...verdict } of found) {
          const atMs = nowMs - hoursBefore * HOUR_MS;
          await verdicts.keep(service, { ...verdict, atMs, reportId: `${service}-${hoursBefore}` });
        }
        say(service, `${DAYS} days of samples`);
      }),
    );
  } finally {
    redis.disconnect();
  }
}

async function digestScene(workspace: Workspace, services: readonly MadeUp[]): Promise<boolean> {
  console.log(`\n#payments-oncall  on-call types: ${COMMAND}`);
  const printer = new ThreadPrinter(workspace, CHANNEL, (line) => console.log(line));
  try {
    await workspace.userTypes({ channel: CHANNEL, user: ON_CALL, text: COMMAND });
    const root = await workspace.waitFor(() => {
      const [message] = workspace.messages(CHANNEL).filter(({ metadata }) => metadata !== undefined);
      // The details are the last thing posted.
      const replies = message ? workspace.thread(CHANNEL, message.ts).length - 1 : 0;
      return replies >= 3 && message;
    }, DIGEST_MS);
    printer.flush();
    const words = JSON.stringify(root?.blocks);
    return (
      services.every(({ service }) => words.includes(service)) &&
      /proven/.test(words) &&
      /gone since yesterday/.test(words)
    );
  } finally {
    printer.stop();
  }
}

play(process.argv.includes('--once')).then(
  (status) => {
    process.exitCode = status;
  },
  (error: unknown) => {
    console.error(`The demo could not be played: ${error instanceof Error ? error.message : error}`);
    process.exitCode = 1;
  },
);
