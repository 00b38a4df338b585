// What `npm run demo` plays: somebody on call types the command, and the thread grows until the verdict is there; with
// `--incident`, an alert does instead.
// `--once` leaves then, with status 0 if the verdict names the leak; otherwise everything stays up to be played with.
import { createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { INCIDENT, type Scene } from './incident-scene.ts';
import { openStage, type Stage } from './stage.ts';
import { ThreadPrinter } from './thread-printer.ts';

const CHANNEL = 'C0PAYMENTS';
const ON_CALL = 'U0ONCALL';
const COMMAND = '/goleak capture payments-svc for 15s';
const VERDICT_TIMEOUT_MS = 90_000;
/** The leak needs a moment to have leaked something. */
const WARM_UP_MS = 2_000;

/** Where the page is to be found each time, unless somebody else is there already. */
const USUAL_PORT = 4100;

/** The port, or 0 for any free one. */
function freePort(port: number): Promise<number> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once('error', () => resolve(0));
    probe.listen(port, '127.0.0.1', () => probe.close(() => resolve(port)));
  });
}

const say = (step: string, what: string): void => console.log(`${step}: ${what}`);

async function play({ once, scene }: { once: boolean; scene: Scene }): Promise<number> {
  const go = process.env.GOLEAK_DEMO_GO ?? '';
  const redisServer = process.env.GOLEAK_REDIS_SERVER ?? '';
  const port = once ? 0 : await freePort(USUAL_PORT);
  const stage = await openStage({ go, redisServer, say, port, ...scene.stage });
  const end = async (): Promise<void> => {
    await stage.close();
  };
  const interrupted = new Promise<'interrupted'>((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve('interrupted'));
  });
  const played = scene.play(stage);
  const outcome = await Promise.race([played, interrupted]);
  if (outcome === 'interrupted') {
    await end();
    return 130;
  }
  if (once) {
    await end();
    return outcome ? 0 : 1;
  }
  say('\nstill running', `open ${stage.workspace.url} and ${scene.hint}; Ctrl-C ends it`);
  await interrupted;
  await end();
  return 0;
}

/** True when the thread ends in the verdict the sick service deserves. */
async function captureScene({ workspace }: Stage): Promise<boolean> {
  await sleep(WARM_UP_MS);
  console.log(`\n#payments-oncall  on-call types: ${COMMAND}`);
  const printer = new ThreadPrinter(workspace, CHANNEL, (line) => console.log(line));
  try {
    await workspace.userTypes({ channel: CHANNEL, user: ON_CALL, text: COMMAND });
    const files = await workspace.waitFor(
      // The artefacts are the last thing posted.
      () =>
        workspace.files().some(({ name, shares }) => name.startsWith('triage_') && shares.length > 0) &&
        workspace.files(),
      VERDICT_TIMEOUT_MS,
    );
    printer.flush();
    const pictures = files.filter(({ name }) => name.endsWith('.png')).length;
    const root = workspace.messages(CHANNEL).find(({ metadata }) => metadata !== undefined);
    // Memory and signatures; what the heap grew by is a third one, where it did.
    return pictures >= 2 && root !== undefined && root.text.includes('goroutine leak');
  } finally {
    printer.stop();
  }
}

const CAPTURE: Scene = { play: captureScene, hint: `type ${COMMAND}, or press a button` };

play({
  once: process.argv.includes('--once'),
  scene: process.argv.includes('--incident') ? INCIDENT : CAPTURE,
}).then(
  (status) => {
    process.exitCode = status;
  },
  (error: unknown) => {
    console.error(`The demo could not be played: ${error instanceof Error ? error.message : error}`);
    process.exitCode = 1;
  },
);
