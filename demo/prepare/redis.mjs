// Finds a Redis (or Valkey) server, and installs one where that can be done without asking anybody:
// apt as root, or Homebrew. The distribution's own Redis service is never left running: the demo and
// the tests start a private one.
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { findProgram, isHidden } from './programs.mjs';
import { CannotPrepare, run, say, withSigns } from './steps.mjs';

const SERVERS = ['redis-server', 'valkey-server'];
const POLICY = '/usr/sbin/policy-rc.d';
const PID_FILE = '/run/redis/redis-server.pid';

/** Installers we know, best first. `unattended`: may be run by us, as long as `can` holds. */
const INSTALLERS = [
  {
    program: 'apt-get',
    command: 'apt-get update && apt-get install -y --no-install-recommends redis-server',
    asRoot: true,
    install: installWithApt,
  },
  { program: 'brew', command: 'brew install redis', asRoot: false, install: installWithBrew },
  { program: 'dnf', command: 'dnf install -y redis', asRoot: true },
  { program: 'apk', command: 'apk add redis', asRoot: true },
  { program: 'pacman', command: 'pacman -S --noconfirm redis', asRoot: true },
];

/** What this touches outside, so that a test can stand in for a machine without Redis. */
const MACHINE = { find: findProgram, run, isRoot: () => process.getuid?.() === 0 };

/** Path of a server already on this machine, without installing anything. */
export function findRedis() {
  return isHidden('redis') ? undefined : findProgram(SERVERS);
}

/** Path of a server that answers to --version. */
export async function ensureRedis(machine = MACHINE) {
  const found = machine.find(SERVERS);
  if (found) return describe(found, machine);

  const installer = INSTALLERS.find(({ program }) => machine.find([program]));
  if (!installer) {
    throw new CannotPrepare(
      'redis: no redis-server or valkey-server was found: install Redis 6.2 or newer and put redis-server in PATH.',
    );
  }
  const mayInstall = installer.install && (!installer.asRoot || machine.isRoot());
  if (!mayInstall) {
    const command = installer.asRoot && !machine.isRoot() ? asRoot(installer.command) : installer.command;
    throw new CannotPrepare(
      `redis: no redis-server or valkey-server was found: run "${command}" and try again.`,
    );
  }
  const { status, output } = await withSigns('redis', installer.command, () => installer.install(machine));
  const installed = machine.find(SERVERS);
  if (status !== 0 || !installed) {
    throw new CannotPrepare(
      `${output}\nredis: could not be installed: run "${installer.command}" and try again.`,
    );
  }
  return describe(installed, machine, ', installed just now');
}

function asRoot(command) {
  return command
    .split(' && ')
    .map((part) => `sudo ${part}`)
    .join(' && ');
}

/** `Redis server v=7.0.15 sha=…` -> `redis: /usr/bin/redis-server 7.0.15` */
async function describe(path, machine, more = '') {
  const { status, output } = await machine.run(path, ['--version']);
  const version = /v=(\d+(?:\.\d+)*)/.exec(output)?.[1];
  if (status !== 0 || !version) {
    throw new CannotPrepare(
      `redis: ${path} does not run (${output.split('\n')[0]}): reinstall it or take it out of PATH.`,
    );
  }
  say('redis', `${path} ${version}${more}`);
  return path;
}

async function installWithApt(machine) {
  const keepStopped = forbidServiceStarts();
  const pidBefore = readPid();
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  try {
    const update = await machine.run('apt-get', ['update', '-q'], { env });
    const install = await machine.run(
      'apt-get',
      ['install', '-y', '-q', '--no-install-recommends', 'redis-server'],
      { env },
    );
    // A list that could not be refreshed is no matter when the package still arrives.
    return install.status === 0
      ? install
      : { status: install.status, output: `${update.output}\n${install.output}` };
  } finally {
    keepStopped();
    stopIfStarted(pidBefore);
  }
}

function installWithBrew(machine) {
  return machine.run('brew', ['install', 'redis']);
}

/** Debian asks this script before it starts a service; 101 means "not allowed". A policy already there stays. */
function forbidServiceStarts() {
  if (existsSync(POLICY)) return () => {};
  writeFileSync(POLICY, '#!/bin/sh\nexit 101\n', { mode: 0o755 });
  return () => rmSync(POLICY, { force: true });
}

function readPid() {
  try {
    return Number(readFileSync(PID_FILE, 'utf8'));
  } catch {
    return undefined;
  }
}

/** Where another policy let the package start its service all the same: end that one process. */
function stopIfStarted(pidBefore) {
  const pid = readPid();
  if (pid === undefined || pid === pidBefore || !Number.isInteger(pid) || pid <= 1) return;
  try {
    process.kill(pid, 'SIGTERM');
  } catch {
    // It has ended already.
  }
}
