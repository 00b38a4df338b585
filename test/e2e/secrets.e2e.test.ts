// Ten thousand credentials of twenty shapes wherever a service, its registration or a person can put them, through the
// whole program with its logs at debug. None may be in what Slack was sent, what was logged, in Redis or on disk.
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse, stringify } from 'yaml';
import type { Stage } from '../../demo/stage.ts';
import { connectRedis } from '../../src/queue/connection.ts';
import { privateRedisUrl } from '../../src/queue/private-redis.ts';
import { type LeakyTarget, startLeakyTarget, WAYS } from '../kit/leaky-target.ts';
import { MARK, plantedSecrets } from '../kit/planted-secrets.ts';
import { requires } from '../kit/require.ts';
import { finishedThread, openTestStage, rootSaying, types } from '../kit/stage.ts';

const EACH = 500;
const LIMIT_MS = 180_000;
/** Of no shape at all: known only because the registration names its variable. */
const TOKEN = `${MARK}-correct-horse-battery`;

describe.skipIf(requires('redis'))('planted secrets', () => {
  const secrets = plantedSecrets(1, EACH);
  let stage: Stage;
  let target: LeakyTarget;

  beforeAll(async () => {
    target = await startLeakyTarget(secrets);
    stage = await openTestStage({
      services: 'replay',
      env: { LOG_LEVEL: 'debug', LEAKY_TOKEN: TOKEN },
    });
    const file = join(stage.home, 'services.yml');
    const registered = parse(readFileSync(file, 'utf8'));
    for (const way of WAYS) {
      registered.services[`${way}-svc`] = {
        instances: [`${target.url}/${way}`],
        auth: { token_env: 'LEAKY_TOKEN' },
        budget: { light: 100, heavy: 100, service: 100 },
      };
    }
    writeFileSync(file, stringify(registered));
  }, LIMIT_MS);
  afterAll(async () => {
    await stage?.close();
    await target?.close();
  }, LIMIT_MS);

  it(
    'are in no message, log line, key of Redis or file',
    async () => {
      await types(stage, '/goleak capture sound-svc for 2s');
      const root = await rootSaying(stage, /sound-svc(?!.*Capturing)[^\n]*confidence/s, 60_000);
      await finishedThread(stage, root.ts, 60_000);
      for (const way of WAYS.slice(1)) {
        await types(stage, `/goleak capture ${way}-svc for 1s`);
        await rootSaying(
          stage,
          new RegExp(`Capture of ${way}-svc did not succeed|${way}-svc: .*confidence`),
          60_000,
        );
      }
      // By mistake, as people do: into the wrong window.
      for (const { text } of secrets.slice(0, 20)) {
        await types(stage, `/goleak ${text}`.slice(0, 1_900));
        await types(stage, `/goleak capture ${text.replaceAll('\n', ' ')}`.slice(0, 1_900));
      }
      await types(stage, '/goleak status');
      await stage.workspace.waitFor(
        (workspace) => workspace.ephemerals().at(-1)?.text.includes('under way'),
        20_000,
      );

      expect(target.sent()).toBeGreaterThan(secrets.length);
      expect(target.heard).toContain(`Bearer ${TOKEN}`);
      const places = await everywhere(stage);
      for (const [place, text] of places) expect(marks(text), place).toEqual([]);
      const struck = places.filter(([, text]) => text.includes('[redacted]')).map(([place]) => place);
      for (const file of ['goroutine.pb.gz', 'goroutines.txt', 'heap.pb.gz', 'process-0.prom'])
        expect(
          struck.filter((place) => place.startsWith('kept/') && place.endsWith(file)),
          file,
        ).not.toEqual([]);
    },
    LIMIT_MS,
  );
});

/** Every text that has left the program or was kept, by the place it is in. */
async function everywhere(stage: Stage): Promise<(readonly [string, string])[]> {
  const { workspace, home } = stage;
  const files = workspace.files().map(({ id, name }) => {
    return [`file ${name}`, readable(workspace.fileBytes(id) ?? new Uint8Array())] as const;
  });
  const calls = workspace
    .calls()
    .map(({ method, args }) => [`call ${method}`, JSON.stringify(args)] as const);
  const onDisk = readdirSync(home, { recursive: true, encoding: 'utf8' })
    .filter((name) => statSync(join(home, name)).isFile())
    .map((name) => [name, readable(readFileSync(join(home, name)))] as const);
  expect(onDisk.map(([name]) => name).join('\n')).toMatch(/\.aof/);
  const logs = [stage.app, ...stage.workers].map(({ log }) => ['log', log.join('\n')] as const);
  return [...calls, ...files, ...onDisk, ...logs, ['Redis', await redisDump(home)] as const];
}

function readable(bytes: Uint8Array): string {
  const plain = bytes[0] === 0x1f && bytes[1] === 0x8b ? gunzipSync(bytes) : Buffer.from(bytes);
  return plain.toString('latin1');
}

/** With some of what stands around, to see which. */
function marks(text: string): string[] {
  return [...text.matchAll(new RegExp(`.{0,60}${MARK}.{0,60}`, 'g'))].map(([around]) => around).slice(0, 3);
}

async function redisDump(home: string): Promise<string> {
  const redis = connectRedis(privateRedisUrl(join(home, 'kept')), 'worker');
  try {
    const keys = await redis.keys('*');
    expect(keys.length).toBeGreaterThan(10);
    const values = await Promise.all(
      keys.map(async (key) => {
        switch (await redis.type(key)) {
          case 'hash':
            return redis.hgetall(key);
          case 'list':
            return redis.lrange(key, 0, -1);
          case 'set':
            return redis.smembers(key);
          case 'zset':
            return redis.zrange(key, '0', '-1', 'WITHSCORES');
          case 'stream':
            return redis.xrange(key, '-', '+');
          default:
            return redis.get(key);
        }
      }),
    );
    return JSON.stringify([keys, values]);
  } finally {
    redis.disconnect();
  }
}
