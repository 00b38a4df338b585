// Reports on what was really captured: labelled programs and the demo's recordings.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { RECORDED, readRecording } from '../../demo/replay/recording.ts';
import recordings from '../../demo/replay/recordings/origin.json' with { type: 'json' };
import { type CapturedFiles, type Folders, readCaptures } from '../../src/analysis.ts';
import type { Flames } from '../../src/model/flame.ts';
import type { RawArtefact } from '../../src/model/snapshot.ts';
import { withOwners } from '../../src/owner.ts';
import { buildReport } from '../../src/report/report.ts';
import type { Report } from '../../src/report/schema.ts';
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
  const folder = join(CAPTURES, 'programs', program, run);
  const meta: Meta = JSON.parse(readFileSync(join(folder, 'meta.json'), 'utf8'));
  const snapshots = Object.keys(meta.snapshots)
    .sort((a, b) => Number(a) - Number(b))
    .map((at) => folderOf(join(folder, at), meta.snapshots[at]));
  const origin = {
    go: meta.toolchain,
    program: `test/programs/${program}`,
    command: meta.command.replace(/^\/\S*\//, './'),
  };
  return reportOn([{ instance: `${about.service}-1`, snapshots }], about, origin);
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
const NOT_CAPTURED = ['index.html', 'goroutine.debug1.txt', 'heap.debug1.txt'];

/** Moments of the demo's recordings as captures of its instances, at so many seconds after they began. */
export function recordedCapture(
  instances: readonly string[],
  seconds: readonly number[],
  about: About,
): Captured {
  const files = instances.map((instance) => ({ instance, snapshots: momentsOf(instance, seconds) }));
  const run = instances.map((instance) => argsOf(instance)).join(' and ');
  const origin = {
    go: recordings.goVersion,
    program: `demo/${instances[0]?.replace(/-\d+$/, '')}`,
    command: `${run}, recorded by ${recordings.command}`,
  };
  return reportOn(files, about, origin);
}

export function momentsOf(instance: string, seconds: readonly number[]): Folders {
  const { moments, beganMs } = readRecording(instance);
  // Instances were recorded one after the other; they are told as if they had run beside each other.
  const shiftMs = readRecording('payments-svc-1').beganMs - beganMs;
  return seconds.map((second) => {
    const moment = moments.find(({ at }) => at >= second) ?? moments[0];
    const fromMs = beganMs + shiftMs + moment.at * 1_000;
    return [...moment.files]
      .filter(([name]) => !NOT_CAPTURED.includes(name))
      .map(([name, bytes]) => ({ name, bytes, taken: { fromMs, toMs: fromMs + TAKEN_MS } }));
  });
}

function argsOf(instance: string): string {
  const { instances } = recordings;
  return `./${instance.replace(/-\d+$/, '')} ${instances[instance as keyof typeof instances].args}`;
}

function reportOn(
  files: readonly Omit<CapturedFiles, 'records' | 'earlier'>[],
  about: About,
  origin: SceneOrigin,
): Captured {
  const { service, owner, earlier, memoryLimitMib, firstParty = [] } = about;
  const captured = files.map((each) => ({ ...each, records: [], earlier: earlier?.folders ?? [] }));
  const reading = readCaptures(captured, {
    firstParty,
    fallbackIntervalMs: 30_000,
    ...(memoryLimitMib !== undefined && { memoryLimitBytes: memoryLimitMib * MIB }),
  });
  const report = buildReport(reading.analysis, {
    id: `20261123-${service}`,
    service,
    requestedBy: about.requestedBy ?? 'U0ONCALL',
    cost: {
      requests: captured.flatMap(({ snapshots }) => snapshots.flat().map(costOf)),
      pauseMsEstimate: 1.2,
    },
    artefacts: reading.artefacts,
    problems: reading.problems,
    ...(earlier && reading.compared && { comparedWith: { id: earlier.id, ...reading.compared } }),
  });
  return {
    report: owner === undefined ? report : withOwners(report, { owner }),
    files: captured,
    flames: reading.flames,
    origin,
  };
}

const PATHS: Readonly<Record<string, string>> = {
  'goroutine-debug2.txt.gz': RECORDED['goroutine.debug2.txt'],
  ...RECORDED,
};

function costOf({ name, bytes, taken }: RawArtefact): Report['cost']['requests'][number] {
  const path = PATHS[name] ?? `/debug/pprof/${name.replace(/\..*$/, '')}`;
  return { path, ms: taken ? taken.toMs - taken.fromMs : 0, bytes: bytes.byteLength };
}
