import { readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Stage } from '../../demo/stage.ts';
import { requires } from '../kit/require.ts';
import { CHANNEL, ON_CALL, openTestStage, rootSaying, types } from '../kit/stage.ts';

describe.skipIf(requires('redis'))(
  'what cannot be done is said in one plain sentence with a next step',
  () => {
    let stage: Stage;
    const notPprof = createServer((_, response) => response.end('<html><form>Sign in</form></html>'));
    beforeAll(async () => {
      stage = await openTestStage({ services: 'replay' });
      await new Promise<void>((resolve) => notPprof.listen(0, '127.0.0.1', resolve));
      const file = join(stage.home, 'services.yml');
      const port = (notPprof.address() as AddressInfo).port;
      writeFileSync(
        file,
        `${readFileSync(file, 'utf8')}  web-svc: { instances: ["http://127.0.0.1:${port}"] }\n  gone-svc: { instances: ["http://127.0.0.1:1"] }\n  shy-svc: { instances: ["http://127.0.0.1:1"], channels: [random] }\n`,
      );
    }, 120_000);
    afterAll(async () => {
      notPprof.close();
      await stage?.close();
    });

    const whispered = (words: RegExp) =>
      stage.workspace.waitFor(
        () => stage.workspace.ephemerals({ user: ON_CALL }).findLast(({ text }) => words.test(text)),
        10_000,
      );

    it.each([
      ['/goleak capture paymets-svc', /No service called.*Did you mean `payments-svc`/s],
      ['/goleak captur payments-svc', /not a command.*Did you mean `capture`/s],
      ['/goleak capture http://10.0.0.1:6060', /Addresses are not taken from chat/],
      ['/goleak capture payments-svc for ages', /not a length of time.*capture/s],
      ['/goleak analyze goroutines.txt', /is for a terminal.*Run `goleak analyze PATH/s],
      ['/goleak help captur', /not a command.*Did you mean `capture`/s],
      ['/goleak help', /capture/],
      ['/goleak status', /capture: \d+ running/],
    ])('%s', async (text, words) => {
      await types(stage, text);
      const answer = await whispered(words);
      expect(answer.text.length).toBeLessThan(3_000);
    });

    it('says how to invite it where it is not a member, and starts nothing', async () => {
      const hits = stage.workspace.calls('chat.postMessage').length;
      await types(stage, '/goleak capture payments-svc for 2s', { channel: 'C0GENERAL' });
      await whispered(/not a member.*\/invite @goleak/s);
      expect(stage.workspace.calls('chat.postMessage')).toHaveLength(hits);
    });

    it('shows results of a service only in the channels it allows', async () => {
      await types(stage, '/goleak capture shy-svc for 2s');
      await whispered(/shy-svc may not be shown in this channel.*Ask in random/s);
    });

    it('says that a service is down', async () => {
      await types(stage, '/goleak capture gone-svc for 2s');
      const root = await rootSaying(stage, /gone-svc.*did not succeed/, 30_000);
      expect(root.text).toMatch(/nothing listens on that port.*Check that the service is up/s);
    });

    it('says that what answered is not pprof', async () => {
      await types(stage, '/goleak capture web-svc for 2s');
      const root = await rootSaying(stage, /web-svc.*did not succeed/, 30_000);
      expect(root.text).toMatch(/instead of pprof.*Import net\/http\/pprof/s);
    });

    it('runs the doctor', async () => {
      await types(stage, '/goleak doctor');
      const { text } = await whispered(/need attention/);
      expect(text).toMatch(/ok\s+Redis/);
      expect(text).toMatch(/ok\s+payments-svc-1/);
      expect(text).toMatch(/bad\s+gone-svc-1/);
    });

    it('says that the queue is away, within Slack’s three seconds, when Redis is stopped', async () => {
      const pid = Number(/process_id:(\d+)/.exec(await redisInfo(stage))?.[1]);
      process.kill(pid, 'SIGSTOP');
      try {
        const started = Date.now();
        await types(stage, '/goleak capture payments-svc for 2s');
        await whispered(/queue \(Redis\) is not answering, so nothing was started/);
        expect(Date.now() - started).toBeLessThan(3_000);
      } finally {
        process.kill(pid, 'SIGCONT');
      }
      expect(CHANNEL).toBe('C0PAYMENTS');
    }, 30_000);
  },
);

async function redisInfo(stage: Stage): Promise<string> {
  const { connectRedis } = await import('../../src/queue/connection.ts');
  const { privateRedisUrl } = await import('../../src/queue/private-redis.ts');
  const redis = connectRedis(privateRedisUrl(join(stage.home, 'kept')), 'worker');
  const info = await redis.info('server');
  redis.disconnect();
  return info;
}
