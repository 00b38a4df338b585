// Is the answer what was asked for, and all of it? A login page, a JSON error or half a profile must not pass for
// a service without goroutines. Looks at the first and last bytes, and into profiles as far as their kind.
import { Failure } from '../failure.ts';
import type { Endpoint } from '../model/capture.ts';
import { formatBytes } from '../model/units.ts';
import { readIndexPage } from './index-page.ts';
import { CAPS, type Caps } from './limits.ts';
import { isProbeAnswer } from './probe-answer.ts';
import { checkProfile } from './profile-check.ts';
import type { Where } from './reasons.ts';
import { receivedWords } from './received.ts';

export interface Arrived {
  readonly bytes: Uint8Array;
  readonly contentType: string;
  /** Nothing but the end of the connection says where the answer ends. */
  readonly isOpenEnded: boolean;
}

const WANTED: Readonly<Record<Endpoint, string | undefined>> = {
  index: undefined,
  vars: "expvar's JSON",
  metrics: 'metrics',
  heap: 'a heap profile',
  'heap-text': 'a heap profile',
  'heap-collected': 'a heap profile',
  goroutine: 'a goroutine profile',
  'goroutine-text': 'full stacks',
  goroutineleak: 'a goroutine leak profile',
  trace: 'an execution trace',
  probe: "a probe's archive",
  'probe-light': "a probe's archive",
};

/** A sample type each profile must have, as runtime/pprof names it. */
const SAMPLES: Readonly<Partial<Record<Endpoint, readonly string[]>>> = {
  heap: ['inuse_space', 'alloc_space'],
  'heap-collected': ['inuse_space', 'alloc_space'],
  goroutine: ['goroutine'],
  goroutineleak: ['goroutineleak', 'goroutine'],
};

/** Throws the Failure that says what came instead. */
export async function checkAnswer(
  endpoint: Endpoint,
  arrived: Arrived,
  where: Where,
  caps: Caps = CAPS,
): Promise<void> {
  const { bytes, contentType } = arrived;
  const wrong = (what: string): Failure => {
    const wanted = WANTED[endpoint];
    const received = receivedWords(200, contentType, bytes);
    return new Failure('target_not_pprof', { ...where, what, received, ...(wanted && { wanted }) });
  };
  if (bytes.length === 0) throw wrong('an empty answer');
  const samples = SAMPLES[endpoint];
  if (samples === undefined) {
    if (!looksRight(endpoint, bytes)) throw wrong(describeBytes(arrived));
    // Full stacks end with a line break; without a length of its own nothing else tells a cut answer.
    if (endpoint === 'goroutine-text' && arrived.isOpenEnded && bytes.at(-1) !== 0x0a) {
      throw new Failure('target_cut', { ...where, how: 'it ends in the middle of a line' });
    }
    return;
  }
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) throw wrong(describeBytes(arrived));
  const check = await checkProfile(bytes, caps.inflatedBytes);
  if (check.kind === 'cut') throw new Failure('target_cut', { ...where, how: 'its gzip ends too early' });
  if (check.kind === 'damaged') throw new Failure('target_cut', { ...where, how: 'its gzip is damaged' });
  if (check.kind === 'too-big') {
    throw new Failure('target_too_big', {
      ...where,
      inflated: true,
      limit: formatBytes(caps.inflatedBytes),
    });
  }
  if (samples.some((name) => check.samples.includes(name))) return;
  throw wrong(check.samples.length > 0 ? profileWords(check.samples) : 'something else in gzip');
}

/** `go 1.26 trace` and three zeros; the parser says which of them it reads. */
const TRACE_HEAD = /^go 1\.\d{1,2} trace\0{3,4}/;

function looksRight(endpoint: Endpoint, bytes: Uint8Array): boolean {
  const head = latin1(bytes.subarray(0, 64));
  switch (endpoint) {
    case 'index':
      return readIndexPage(bytes) !== undefined;
    case 'vars':
      return /^\s*\{/.test(head) && latin1(bytes).includes('"memstats"');
    case 'metrics':
      return /(^|\n)(# (TYPE|HELP) |go_|process_)/.test(latin1(bytes.subarray(0, 64 * 1024)));
    case 'heap-text':
      return head.startsWith('heap profile:');
    case 'trace':
      return TRACE_HEAD.test(head);
    case 'probe':
    case 'probe-light':
      return isProbeAnswer(bytes);
    default:
      return head.startsWith('goroutine ');
  }
}

/** What people call it. */
function describeBytes({ bytes, contentType }: Arrived): string {
  const head = latin1(bytes.subarray(0, 256)).trimStart().toLowerCase();
  if (head.startsWith('<') || contentType.startsWith('text/html')) return 'a web page';
  if (head.startsWith('{') || head.startsWith('[')) return 'some JSON';
  if (bytes[0] === 0x1f && bytes[1] === 0x8b) return 'something in gzip';
  return /^[\s\u0020-\u007e]+$/.test(head) ? 'some text' : 'some other bytes';
}

const PROFILE_NAMES: Readonly<Record<string, string>> = {
  goroutine: 'a goroutine profile',
  goroutineleak: 'a goroutine leak profile',
  inuse_space: 'a heap profile',
  alloc_space: 'a heap profile',
  cpu: 'a CPU profile',
  contentions: 'a mutex or block profile',
  threadcreate: 'a thread profile',
};

function profileWords(samples: readonly string[]): string {
  const name = samples.find((sample) => Object.hasOwn(PROFILE_NAMES, sample));
  return name === undefined ? 'a profile of another kind' : (PROFILE_NAMES[name] ?? '');
}

function latin1(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
}
