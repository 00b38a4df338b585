// How a preparing step speaks: one line when it is done, and signs of life on stderr while it takes long.
// Runs before any package is installed, so node: builtins only.
import { spawn } from 'node:child_process';

const FIRST_SIGN_MS = 1_000;
const SIGN_EVERY_MS = 10_000;

/** Something a person has to do themselves: one sentence, with the exact command. */
export class CannotPrepare extends Error {}

/** `packages: up to date` */
export function say(step, what) {
  process.stdout.write(`${step}: ${what}\n`);
}

/** Runs the work; after a second it says what is being done, then every ten seconds for how long. */
export async function withSigns(step, doing, work) {
  const started = Date.now();
  let again;
  const first = setTimeout(() => {
    process.stderr.write(`${step}: ${doing} …\n`);
    again = setInterval(() => {
      const seconds = Math.round((Date.now() - started) / 1000);
      process.stderr.write(`${step}: ${doing} … ${seconds} s\n`);
    }, SIGN_EVERY_MS);
  }, FIRST_SIGN_MS);
  try {
    return await work();
  } finally {
    clearTimeout(first);
    clearInterval(again);
  }
}

/** Runs a command to its end and keeps the last of what it printed, for the sentence that says why it failed. */
export function run(command, args, options = {}) {
  return new Promise((resolve) => {
    const child = spawn(command, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    const keep = (chunk) => {
      output = (output + chunk).slice(-8_192);
    };
    child.stdout.on('data', keep);
    child.stderr.on('data', keep);
    child.on('error', (cause) => resolve({ status: 127, output: cause.message }));
    child.on('close', (status) => resolve({ status: status ?? 1, output: output.trim() }));
  });
}

/** Prints why a step could not be done and leaves with status 1; anything else is a fault of ours and is thrown on. */
export function leaveWith(cause) {
  if (!(cause instanceof CannotPrepare)) throw cause;
  process.stderr.write(`${cause.message}\n`);
  process.exit(1);
}
