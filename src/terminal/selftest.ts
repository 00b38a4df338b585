// `goleak selftest`: is this installation right, here, today? Three planted illnesses and their clean twins run on
// loopback and are captured as any service is; without Go, recordings of the same programs are judged instead.
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Command } from '../command/command.ts';
import { explain, Failure } from '../failure.ts';
import { conclude } from '../investigate.ts';
import { DEFAULT_KINDS } from '../model/target.ts';
import { formatDuration } from '../model/units.ts';
import { assembleSeries, foldersOf } from '../parse/snapshot.ts';
import { json as asJson, terminal as clean, screen } from '../report/foreign.ts';
import type { Report } from '../report/schema.ts';
import { captureNow } from './capture.ts';
import { EXIT_OK, type Terminal } from './ports.ts';
import { buildPrograms, findGo, type Go, startProgram } from './selftest-go.ts';
import { PROGRAMS, type SelftestProgram } from './selftest-programs.ts';
import recorded from './selftest-recorded.json' with { type: 'json' };
import { judgeProgram, type Selftest, selftestText, type Tested, unjudged } from './selftest-verdict.ts';

/** The twins fill what they keep within it. */
const WARM_UP_MS = 2_000;
/** A lock has to stand still for 8 s before anybody calls it stuck. */
const WINDOW_MS = 9_000;
const EXIT_WRONG = 70;

type SelftestCommand = Extract<Command, { kind: 'selftest' }>;

/** Exit status 0 when every verdict is right, 70 otherwise. Throws Failure `interrupted`. */
export async function testYourself(
  { replay, save }: SelftestCommand,
  terminal: Terminal,
  toolchain: () => ReturnType<typeof findGo> = findGo,
): Promise<number> {
  const startedMs = performance.now();
  const go = replay ? { absent: 'a replay was asked for' } : await toolchain();
  const ran = 'absent' in go ? replayAll(go.absent) : await runAll(go, terminal, save);
  const right = ran.programs.filter((program) => program.right).length;
  const seconds = Math.round((performance.now() - startedMs) / 100) / 10;
  const result: Selftest = { schema: 'goleak.selftest/v1', ...ran, right, of: PROGRAMS.length, seconds };
  const { json, color, width, print, progress } = terminal;
  progress('');
  print(json ? asJson(result, 2) : screen(selftestText(result, { color, width })));
  return right === PROGRAMS.length ? EXIT_OK : EXIT_WRONG;
}

type Ran = Pick<Selftest, 'mode' | 'goVersion' | 'because' | 'programs'>;

async function runAll(go: Go, terminal: Terminal, save: string | undefined): Promise<Ran> {
  terminal.progress(clean(`building six small programs with Go ${go.version}`));
  let built: Awaited<ReturnType<typeof buildPrograms>>;
  try {
    built = await buildPrograms(go, terminal.signal);
  } catch (error) {
    if (terminal.signal.aborted) throw new Failure('interrupted', {});
    // The first line of Node's message is the command, the next what the compiler said.
    const [command = '', line = command] = String(error instanceof Error ? error.message : error).split('\n');
    return replayAll(`Go ${go.version} could not build the programs (${(line || command).slice(0, 120)})`);
  }
  const judged = new Set<string>();
  const tell = () => {
    const left = formatDuration(WARM_UP_MS + WINDOW_MS);
    terminal.progress(
      clean(
        `six programs run and are captured, ${left} or twice that: ${judged.size} of ${PROGRAMS.length} judged`,
      ),
    );
  };
  tell();
  try {
    const programs = await Promise.all(
      PROGRAMS.map(async (program) => {
        const tested = await runOne(built.binary, program, terminal, save);
        judged.add(program.name);
        tell();
        return tested;
      }),
    );
    if (terminal.signal.aborted) throw new Failure('interrupted', {});
    return { mode: 'live', goVersion: go.version, programs };
  } finally {
    await built.remove();
  }
}

async function runOne(
  binary: string,
  program: SelftestProgram,
  terminal: Terminal,
  save: string | undefined,
): Promise<Tested> {
  try {
    const running = await startProgram(binary, program.name);
    try {
      await sleep(WARM_UP_MS, undefined, { signal: terminal.signal });
      return judgeProgram(program, await captureOne(running.url, program, terminal, save));
    } finally {
      await running.stop();
    }
  } catch (error) {
    return unjudged(program, error instanceof Failure ? explain(error, '').what : String(error));
  }
}

function captureOne(
  url: string,
  program: SelftestProgram,
  terminal: Terminal,
  save: string | undefined,
): Promise<Report> {
  const command = {
    kind: 'capture',
    target: url,
    instances: 'one',
    windowMs: WINDOW_MS,
    kinds: DEFAULT_KINDS,
    ...(save !== undefined && { save: join(save, program.name) }),
  } as const;
  return captureNow(command, { ...terminal, progress: () => {} });
}

function replayAll(because: string): Ran {
  const zips: Readonly<Record<string, string>> = recorded.programs;
  const programs = PROGRAMS.map((program) => {
    const zip = zips[program.name];
    return zip === undefined
      ? unjudged(program, 'there is no recording of it')
      : judgeProgram(program, replayOne(program.name, zip));
  });
  return { mode: 'replay', goVersion: recorded.go, because, programs };
}

/** A recording is what a capture with three looks keeps, as a zip in base64. */
function replayOne(name: string, zip: string): Report {
  const files = foldersOf({ name: `${name}.zip`, bytes: Buffer.from(zip, 'base64') }).value ?? [];
  const { series, problems } = assembleSeries(files, { instance: name });
  const context = { firstParty: [], fallbackIntervalMs: WINDOW_MS };
  return conclude([series], context, {
    id: name,
    service: name,
    requestedBy: 'selftest',
    problems,
    files: files.flat(),
  });
}
