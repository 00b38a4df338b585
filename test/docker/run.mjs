// `npm run test:image`: runs the Dockerfile's own lines in an empty folder, as a user who is nobody here,
// and asks the app and a worker for their health. No container engine is needed; what it cannot show is
// the base image itself (this machine's Node.js stands in for it).
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, isAbsolute, join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { ensurePackages } from '../../demo/prepare/packages.mjs';
import { ensureRedis } from '../../demo/prepare/redis.mjs';
import { say } from '../../demo/prepare/steps.mjs';
import { readDockerfile } from './dockerfile.mjs';

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
/** An id no account of this machine has, as an image's user would be. */
const NOBODY = 54_321;
const HEALTHY_WITHIN_MS = 30_000;

const children = [];
const folder = mkdtempSync(join(tmpdir(), 'goleak-image-'));
chmodSync(folder, 0o755);

async function testImage() {
  await ensurePackages(root);
  const redisServer = await ensureRedis();
  const stages = readDockerfile(readFileSync(join(root, 'Dockerfile'), 'utf8'));
  const allowed = readFileSync(join(root, '.dockerignore'), 'utf8').match(/(?<=^!).+/gm) ?? [];
  for (const stage of stages) build(stage, stages, allowed);

  const image = stages.at(-1);
  if (image.user === undefined || ['root', '0'].includes(image.user))
    throw new Error('the image would run as root');
  const command = image.steps.find(({ kind }) => kind === 'CMD').command;
  const healthcheck = image.steps.find(({ kind }) => kind === 'HEALTHCHECK').command;
  runIn(image, [command[0], 'dist/src/cli.js', 'help']);
  say('cli', 'dist/src/cli.js help ends with status 0');

  runIn(image, [command[0], '--input-type=module', '-e', ANALYSE_NOTHING]);
  say('child', 'the compiled analysis answers in a child process');

  const redisUrl = await startRedis(redisServer, image);
  const slack = await startWorkspace();
  mkdirSync(dirname(image.env.GOLEAK_SERVICES), { recursive: true });
  writeFileSync(image.env.GOLEAK_SERVICES, SERVICES);
  const worker = command.map((word) => word.replace('dist/src/app.js', 'dist/workers/main.js'));
  for (const [name, words] of [
    ['app', command],
    ['worker', worker],
  ]) {
    const port = await freePort();
    const variables = { ...slack, REDIS_URL: redisUrl, PORT: String(port) };
    await isHealthy(name, port, start(image, words, variables));
    runIn(image, healthcheck, variables);
    say(name, `${words.join(' ')} answers /healthz and /readyz, and the image's own health check agrees`);
  }
}

/** A capture without a single file has a verdict too: inconclusive. */
const ANALYSE_NOTHING = `
import { openAnalysisChildren } from './dist/workers/analysis-children.js';
import { createLog } from './dist/src/log.js';
const children = openAnalysisChildren({ log: createLog('image', 'info') });
const question = { home: '.', id: '20261123-image', captured: [], context: { firstParty: [], fallbackIntervalMs: 1 } };
const { analysis } = await children.analyse({ service: 'image', question }, new AbortController().signal);
if (analysis.verdict.kind !== 'inconclusive') throw new Error(analysis.verdict.summary);
await children.close();
`;

const SERVICES = `services:
  - name: payments-svc
    instances:
      - url: http://127.0.0.1:1/debug/pprof
`;

/** Every path of a stage lies below a folder of its own. */
function build(stage, stages, allowed) {
  stage.root = join(folder, stage.name);
  stage.workdir = stage.root;
  stage.env = {};
  mkdirSync(stage.root);
  for (const step of stage.steps) {
    if (step.kind === 'WORKDIR') {
      stage.workdir = inside(stage, step.path);
      mkdirSync(stage.workdir, { recursive: true });
    }
    if (step.kind === 'ENV')
      for (const [name, value] of Object.entries(step.variables)) stage.env[name] = placed(stage, value);
    if (step.kind === 'USER') stage.user = step.user;
    if (step.kind === 'COPY') copy(stage, step, stages, allowed);
    if (step.kind === 'RUN') {
      const started = Date.now();
      runIn(stage, ['sh', '-c', step.command]);
      say(stage.name, `${step.command} (${Math.round((Date.now() - started) / 1000)} s)`);
    }
  }
}

function copy(stage, { from, sources, target }, stages, allowed) {
  const source = stages.find(({ name }) => name === from);
  for (const path of sources) {
    if (!source && !allowed.includes(path))
      throw new Error(`${path} is copied, but .dockerignore keeps it outside`);
    const to = inside(stage, target);
    const isFolderTarget = target.endsWith('/');
    cpSync(source ? inside(source, path) : join(root, path), isFolderTarget ? join(to, path) : to, {
      recursive: true,
    });
  }
  giveAway(stage.root);
}

function inside(stage, path) {
  return isAbsolute(path) ? join(stage.root, path) : join(stage.workdir, path);
}

function placed(stage, value) {
  return value.startsWith('/') ? join(stage.root, value) : value;
}

const isRoot = process.getuid?.() === 0;

function giveAway(path) {
  if (isRoot) spawnSync('chown', ['-R', `${NOBODY}:${NOBODY}`, path]);
}

/** As root, drop to a user who owns nothing but the folder. */
function asNobody(words) {
  return isRoot ? ['setpriv', `--reuid=${NOBODY}`, `--regid=${NOBODY}`, '--clear-groups', ...words] : words;
}

function environment(stage, variables = {}) {
  const home = join(folder, 'home');
  mkdirSync(home, { recursive: true });
  giveAway(home);
  const { PATH, TMPDIR } = process.env;
  const settings = Object.entries(process.env).filter(([name]) =>
    /^npm_config_(registry|cafile)$|_proxy$|^NODE_EXTRA_CA_CERTS$/i.test(name),
  );
  return {
    PATH,
    ...(TMPDIR && { TMPDIR }),
    ...Object.fromEntries(settings),
    HOME: home,
    ...stage.env,
    ...variables,
  };
}

function runIn(stage, words, variables) {
  giveAway(stage.root);
  const [program, ...args] = asNobody(words);
  const options = { cwd: stage.workdir, env: environment(stage, variables), encoding: 'utf8' };
  const { status, stdout, stderr, error } = spawnSync(program, args, options);
  if (status !== 0)
    throw new Error(`${words.join(' ')} ended with status ${status}:\n${error ?? ''}${stdout}${stderr}`);
}

function start(stage, words, variables) {
  const [program, ...args] = asNobody(words);
  const child = spawn(program, args, {
    cwd: stage.workdir,
    env: environment(stage, variables),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  children.push(child);
  child.printed = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk) => (child.printed = (child.printed + chunk).slice(-4_000)));
  return child;
}

async function isHealthy(name, port, child) {
  const until = Date.now() + HEALTHY_WITHIN_MS;
  while (Date.now() < until && child.exitCode === null) {
    const answers = ['/healthz', '/readyz'].map((path) =>
      fetch(`http://127.0.0.1:${port}${path}`).then(
        ({ ok }) => ok,
        () => false,
      ),
    );
    if ((await Promise.all(answers)).every(Boolean)) return;
    await sleep(200);
  }
  throw new Error(
    `the ${name} did not become healthy within ${HEALTHY_WITHIN_MS / 1000} s:\n${child.printed}`,
  );
}

async function startRedis(server, image) {
  const socket = join(folder, 'redis.sock');
  giveAway(folder);
  start(image, [
    server,
    '--port',
    '0',
    '--unixsocket',
    socket,
    '--save',
    '',
    '--dir',
    folder,
    '--maxmemory-policy',
    'noeviction',
  ]);
  return `unix://${socket}`;
}

/** The workspace of the demo is the Slack that the app connects to. */
async function startWorkspace() {
  const child = spawn(process.execPath, ['--import', 'tsx', 'demo/workspace/main.ts', '--port', '0'], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  children.push(child);
  const slack = {};
  for await (const line of createInterface({ input: child.stdout })) {
    const [, name, value] = /^(SLACK_\w+)=(.*)$/.exec(line) ?? [];
    if (name) slack[name] = value;
    if (slack.SLACK_BOT_TOKEN && slack.SLACK_APP_TOKEN && slack.SLACK_API_URL) return slack;
  }
  throw new Error('the workspace ended before it said how to reach it');
}

async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return port;
}

async function cleanUp() {
  for (const child of children.reverse()) {
    if (child.exitCode !== null) continue;
    child.kill('SIGTERM');
    const force = setTimeout(() => child.kill('SIGKILL'), 5_000);
    await once(child, 'exit');
    clearTimeout(force);
  }
  rmSync(folder, { recursive: true, force: true });
}

try {
  await testImage();
  process.stdout.write('image: every line of the Dockerfile ran, app and worker are healthy\n');
} catch (cause) {
  process.exitCode = 1;
  process.stderr.write(`${cause.message}\n`);
} finally {
  await cleanUp();
}
