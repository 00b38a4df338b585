// Reports on what was really captured: labelled programs and the demo's recordings.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  type Moment,
  RECORDED,
  type RecordedFile,
  type Recording,
  readRecording,
} from '../../demo/replay/recording.ts';
import recordings from '../../demo/replay/recordings/origin.json' with { type: 'json' };
import { type CapturedFiles, type Folders, readCaptures } from '../../src/analysis.ts';
import { readIndexPage } from '../../src/capture/index-page.ts';
import { withoutSecrets } from '../../src/capture/vars.ts';
import { hiddenSignatures } from '../../src/known/rules.ts';
import type { StepRecord } from '../../src/model/capture.ts';
import type { Flames } from '../../src/model/flame.ts';
import type { Rule } from '../../src/model/rule.ts';
import type { RawArtefact } from '../../src/model/snapshot.ts';
import { uploadedName } from '../../src/model/upload.ts';
import { withOwners } from '../../src/owner.ts';
import { buildReport } from '../../src/report/report.ts';
import type { Report } from '../../src/report/schema.ts';
import { openSaved, snapshotsAmong } from '../../src/saved/files.ts';
import { readSaved } from '../../src/saved/reading.ts';
import type { SceneOrigin } from './scene.ts';

const CAPTURES = fileURLToPath(new URL('../captures/', import.meta.url));
const MIB = 1024 * 1024;

/** A report, the bytes it is of, and where they come from. */
export interface Captured {
  readonly report: Report;
  readonly files: readonly CapturedFiles[];
  readonly flames: Flames;
  readonly origin: SceneOrigin;
}

export interface About {
  readonly service: string;
  readonly requestedBy?: string;
  readonly owner?: string;
  readonly memoryLimitMib?: number;
  /** What the service calls its own code, as services.yml has it. */
  readonly firstParty?: readonly string[];
  /** What somebody has said is no leak. */
  readonly rules?: readonly Rule[];
  /** A pair that the service's own probe pushed: nothing was asked of it. */
  readonly isPushed?: true;
  /** An earlier capture to compare with. */
  readonly earlier?: { readonly id: string; readonly folders: Folders };
}

interface Meta {
  readonly toolchain: string;
  readonly command: string;
  readonly snapshots: Readonly<
    Record<string, Readonly<Record<string, { readonly from: string; readonly to: string }>>>
  >;
}

/** A run of a labelled program: `programCapture('early-return', 'go1.26.8-high', { service: … })`. */
export function programCapture(program: string, run: string, about: About): Captured {
  return capturedIn(join('programs', program, run), about, `test/programs/${program}`);
}

/** Whatever was recorded into a folder of snapshots, with a `meta.json` beside them. */
export function capturedIn(recorded: string, about: About, program: string): Captured {
  const folder = join(CAPTURES, recorded);
  const meta: Meta = JSON.parse(readFileSync(join(folder, 'meta.json'), 'utf8'));
  const snapshots = Object.keys(meta.snapshots)
    .sort((a, b) => Number(a) - Number(b))
    .map((at) => folderOf(join(folder, at), meta.snapshots[at]));
  const origin = {
    go: meta.toolchain,
    program,
    command: meta.command.replace(/^\/\S*\//, './'),
  };
  return reportOn([{ instance: `${about.service}-1`, snapshots, records: [] }], about, origin);
}

function folderOf(folder: string, times: Meta['snapshots'][string] = {}): readonly RawArtefact[] {
  return readdirSync(folder)
    .sort()
    .map((name) => {
      const taken = times[name];
      return {
        name,
        bytes: readFileSync(join(folder, name)),
        ...(taken && { taken: { fromMs: Date.parse(taken.from), toMs: Date.parse(taken.to) } }),
      };
    });
}

const TAKEN_MS = 12;
/** What a capture keeps of a moment, by its name in the recording. */
const KEPT: readonly string[] = ['goroutine.pb', 'goroutine.debug2.txt', 'heap.pb'];

/** Moments of the demo's recordings as captures of its instances, at so many seconds after they began. */
export function recordedCapture(
  instances: readonly string[],
  seconds: readonly number[],
  about: About,
): Captured {
  const files = instances.map((instance) => ({
    instance,
    snapshots: momentsOf(instance, seconds),
    records: countsOf(instance, seconds),
  }));
  const run = instances.map((instance) => argsOf(instance)).join(' and ');
  const origin = {
    go: recordings.goVersion,
    program: `demo/${instances[0]?.replace(/-\d+$/, '')}`,
    command: `${run}, recorded by ${recordings.command}`,
  };
  return reportOn(files, about, origin);
}

/** A folder for each of these seconds, and in it the memory readings until the next one. */
export function momentsOf(instance: string, seconds: readonly number[]): Folders {
  const { moments, startedMs } = recordingOf(instance);
  return seconds.map((second, at) => {
    const first = moments.find((moment) => moment.at >= second) ?? moments[0];
    const until = seconds[at + 1] ?? first.at;
    const readings = moments.filter(
      (moment) => moment === first || (moment.at > first.at && moment.at < until),
    );
    return [
      ...readings.map((moment) => artefactAt(moment, 'vars.json', startedMs)),
      ...KEPT.map((name) => artefactAt(first, name, startedMs)),
    ];
  });
}

function artefactAt({ at, files }: Moment, name: string, startedMs: number): RawArtefact {
  const fromMs = startedMs + at * 1_000;
  const bytes = files.get(name as RecordedFile) ?? new Uint8Array();
  const taken = { fromMs, toMs: fromMs + TAKEN_MS };
  // Recordings are what a service answers, command line and all; a capture keeps less of it, and so does a scene.
  return name === 'vars.json'
    ? { name: `memory-${at * 1_000}.json`, bytes: withoutSecrets(bytes) ?? new Uint8Array(), taken }
    : { name, bytes, taken };
}

/** How many goroutines the index page told of at each reading. */
function countsOf(instance: string, seconds: readonly number[]): readonly StepRecord[] {
  const { moments, startedMs } = recordingOf(instance);
  const [first = 0, last = first] = [seconds[0], seconds.at(-1)];
  return moments
    .filter(({ at }) => at >= first && at <= last)
    .flatMap(({ at, files }) => {
      const page = readIndexPage(files.get('index.html') ?? new Uint8Array());
      const fromMs = startedMs + at * 1_000;
      const span = { fromMs, toMs: fromMs + TAKEN_MS };
      return page
        ? [{ id: `count-${at * 1_000}`, snapshot: 0, bytes: 0, pauseMsEstimate: 0, page, ...span }]
        : [];
    });
}

/** Instances were recorded one after the other; they are told as if they had run beside each other. */
function recordingOf(instance: string): Pick<Recording, 'moments'> & { readonly startedMs: number } {
  const { moments } = readRecording(instance);
  return { moments, startedMs: readRecording('payments-svc-1').beganMs };
}

function argsOf(instance: string): string {
  const { instances } = recordings;
  return `./${instance.replace(/-\d+$/, '')} ${instances[instance as keyof typeof instances].args}`;
}

function reportOn(
  files: readonly Omit<CapturedFiles, 'earlier'>[],
  about: About,
  origin: SceneOrigin,
): Captured {
  const { service, owner, earlier, memoryLimitMib, firstParty = [], rules = [] } = about;
  const captured = files.map((each) => ({ ...each, earlier: earlier?.folders ?? [] }));
  const reading = readCaptures(captured, {
    firstParty,
    fallbackIntervalMs: 30_000,
    ...(memoryLimitMib !== undefined && { memoryLimitBytes: memoryLimitMib * MIB }),
    ...(rules.length > 0 && { hidden: hiddenSignatures(rules) }),
  });
  const report = buildReport(reading.analysis, {
    id: `20261123-${service}`,
    service,
    requestedBy: about.requestedBy ?? 'U0ONCALL',
    cost: about.isPushed
      ? { requests: [], pauseMsEstimate: 0 }
      : { requests: captured.flatMap(({ snapshots }) => snapshots.flat().map(costOf)), pauseMsEstimate: 1.2 },
    artefacts: reading.artefacts,
    problems: reading.problems,
    rules,
    ...(earlier && reading.compared && { comparedWith: { id: earlier.id, ...reading.compared } }),
  });
  return {
    report: owner === undefined ? report : withOwners(report, { owner }),
    files: captured,
    flames: reading.flames,
    origin,
  };
}

/** Recorded files as somebody uploads them: no service, no cost, and no times but those in the files. */
export function uploadedCapture(paths: Readonly<Record<string, string>>, origin: SceneOrigin): Captured {
  const files = Object.entries(paths).map(([name, path]) => ({
    name,
    bytes: readFileSync(join(CAPTURES, path)),
  }));
  const name = uploadedName(Object.keys(paths));
  const folders = snapshotsAmong(files.map(openSaved));
  const context = { firstParty: [], fallbackIntervalMs: 30_000 };
  const { analysis, artefacts, problems, flames } = readSaved(folders, { name, context });
  const report = buildReport(analysis, {
    id: '20261123-upload',
    service: name,
    requestedBy: 'U0ONCALL',
    cost: { requests: [], pauseMsEstimate: 0 },
    artefacts,
    problems,
  });
  return { report, files: [], flames, origin };
}

const PATHS: Readonly<Record<string, string>> = {
  'goroutine-debug2.txt.gz': RECORDED['goroutine.debug2.txt'],
  ...RECORDED,
};

function costOf({ name, bytes, taken }: RawArtefact): Report['cost']['requests'][number] {
  const path = PATHS[name] ?? `/debug/pprof/${name.replace(/\..*$/, '')}`;
  return { path, ms: taken ? taken.toMs - taken.fromMs : 0, bytes: bytes.byteLength };
}
