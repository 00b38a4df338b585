// What a file is, told by its bytes: the first row of the table that recognises it reads it. Wrong files are
// rows too, because people attach them, and each deserves its own sentence.
import type { Outcome, Problem } from '../model/problem.ts';
import type { Profile } from '../model/profile.ts';
import { parseGoroutines } from './goroutines.ts';
import { isRecord, MAX_JSON_BYTES, parseJson } from './json.ts';
import { indexOfFar, textOf } from './line-bytes.ts';
import { headersIn } from './log-prefix.ts';
import {
  parseExpvar,
  parseGctrace,
  parseHeapTrailer,
  parsePrometheus,
  parseRuntimeMetrics,
} from './memstats.ts';
import type { Parsed } from './parsed.ts';
import { goroutineCounts, parsePprof } from './pprof.ts';
import { looksLikePprofText, parsePprofText } from './pprof-text.ts';
import { looksLikeTrace, parseTrace } from './trace/trace.ts';

export interface Format {
  readonly name: string;
  readonly looksLike: (bytes: Uint8Array, head: string) => boolean;
  readonly parse: (bytes: Uint8Array) => Outcome<readonly Parsed[]>;
}

/** What is looked at to tell formats apart, unless the format needs the whole. */
const HEAD_BYTES = 4096;

export const FORMATS: readonly Format[] = [
  {
    name: 'empty file',
    looksLike: (bytes, head) => bytes.length === 0 || (bytes.length <= HEAD_BYTES && head.trim() === ''),
    parse: () => wrong('file-empty', 'The file is empty.'),
  },
  {
    name: 'archive',
    looksLike: (bytes) => bytes[0] === 0x50 && bytes[1] === 0x4b && bytes[2] === 3 && bytes[3] === 4,
    parse: () => wrong('archive-unread', 'The archive could not be opened.'),
  },
  {
    name: 'execution trace',
    looksLike: (_, head) => looksLikeTrace(head),
    parse: readTrace,
  },
  {
    name: 'heap dump',
    looksLike: (_, head) => /^go1\.\d{1,2} heap dump\n/.test(head),
    parse: () =>
      wrong(
        'heap-dump',
        'This is a debug.WriteHeapDump file, which names neither types nor functions; a heap profile is what helps here.',
      ),
  },
  {
    name: 'ELF file',
    looksLike: (_, head) => head.startsWith('\x7fELF'),
    parse: (bytes) =>
      bytes[16] === 4
        ? wrong(
            'core-file',
            'This is a core file of a process, not a dump goleak reads; run goref on it and send its output.',
          )
        : wrong('binary-file', 'This is an executable, not a dump of a running service.'),
  },
  {
    name: 'other executable',
    looksLike: (bytes, head) => head.startsWith('MZ') || isMachO(bytes),
    parse: () => wrong('binary-file', 'This is an executable, not a dump of a running service.'),
  },
  {
    name: 'picture',
    looksLike: (_, head) =>
      /^(\xff\xd8\xff|\x89PNG\r\n|GIF8[79]a|RIFF....WEBP|....ftyp(hei|mif|avif))/s.test(head),
    parse: () =>
      wrong(
        'picture',
        'This is a picture, and words in pictures are not read; the dump itself is what helps here.',
      ),
  },
  {
    name: 'document',
    looksLike: (_, head) => /^(%PDF-|\{\\rtf)/.test(head),
    parse: () =>
      wrong('document', 'This is a document for people; copy the dump out of it into a file of plain text.'),
  },
  {
    name: 'HTML page',
    looksLike: (_, head) =>
      /^\s*(<\?xml[^>]{0,200}>\s*)?(<!--.{0,400}?-->\s*)?<(!doctype html|html|head|body)\b/is.test(head),
    parse: readHtml,
  },
  { name: 'debug=1 profile', looksLike: (bytes) => looksLikePprofText(bytes), parse: readProfileText },
  {
    name: '/debug/vars',
    looksLike: (bytes, head) => isJson(head) && isVars(bytes),
    parse: readMemory(parseExpvar),
  },
  { name: 'goroutine text', looksLike: (bytes) => hasGoroutines(bytes), parse: readGoroutineText },
  {
    name: 'Java thread dump',
    looksLike: (_, head) =>
      head.includes('Full thread dump ') || /^"[^"\n]{1,200}" #\d+ .{0,200}\bos_prio=/m.test(head),
    parse: () => wrong('java-thread-dump', 'This is a thread dump of a Java process, not of a Go service.'),
  },
  {
    name: 'spans of a probe',
    looksLike: (_, head) => head.startsWith('{"schema":"goleak.probe/v1"'),
    // Said beside the files it is about; by itself it holds no clue.
    parse: () => ({ value: [], problems: [] }),
  },
  {
    name: 'JSON',
    looksLike: (_, head) => isJson(head),
    parse: readOtherJson,
  },
  { name: 'Prometheus metrics', looksLike: (_, head) => isMetrics(head), parse: readMemory(parsePrometheus) },
  {
    name: 'runtime metrics',
    looksLike: (_, head) => /^\/(gc|memory|sched|cpu|sync|cgo|godebug)\/[\w/-]+:[\w-]+ /m.test(head),
    parse: readMemory(parseRuntimeMetrics),
  },
  {
    name: 'gctrace log',
    looksLike: (bytes) => indexOfFar(bytes, ' MB goal') >= 0,
    parse: readGctrace,
  },
  {
    name: 'plain answer of net/http/pprof',
    looksLike: (bytes, head) =>
      bytes.length < 512 && /unknown profile|404 page not found|parameter/i.test(head),
    parse: (bytes) =>
      wrong('http-error-text', `This is an error message of a web server, not a dump: "${oneLine(bytes)}".`),
  },
  { name: 'pprof', looksLike: (bytes) => !looksLikeText(bytes), parse: readProfile },
];

const UNKNOWN: Format = {
  name: 'unknown',
  looksLike: () => true,
  parse: () =>
    wrong(
      'not-recognised',
      'This is neither a profile nor a goroutine dump nor memory statistics of a Go service.',
    ),
};

export function recognise(bytes: Uint8Array): Format {
  const head = latin1(bytes.subarray(0, HEAD_BYTES));
  return FORMATS.find((format) => format.looksLike(bytes, head)) ?? UNKNOWN;
}

function readGoroutineText(bytes: Uint8Array): Outcome<readonly Parsed[]> {
  const dumps = parseGoroutines(bytes);
  const parsed: Parsed[] = dumps.value.map((dump) => ({ kind: 'goroutines', dump, leakProfile: false }));
  const problems: Problem[] = [...dumps.problems];
  if (parsed.length === 0) {
    problems.push({
      code: 'goroutines-unreadable',
      text: 'The text mentions goroutines, but none could be read.',
    });
  }
  const gctrace = parseGctrace(bytes);
  if (gctrace.value.length > 0) parsed.push({ kind: 'memory', readings: gctrace.value });
  return { value: parsed, problems };
}

function readProfileText(bytes: Uint8Array): Outcome<readonly Parsed[]> {
  const text = parsePprofText(bytes);
  if (!text.value) return { value: [], problems: text.problems };
  const { profile, trailerAt } = text.value;
  const parsed: Parsed[] = [profileOrGoroutines(profile)];
  const problems: Problem[] = [...text.problems];
  if (trailerAt !== undefined) {
    const trailer = parseHeapTrailer(bytes, trailerAt);
    if (trailer.value.length > 0) parsed.push({ kind: 'memory', readings: trailer.value });
    problems.push(...trailer.problems);
  }
  return { value: parsed, problems };
}

function readProfile(bytes: Uint8Array): Outcome<readonly Parsed[]> {
  const outcome = parsePprof(bytes);
  if (!outcome.value) return { value: [], problems: outcome.problems };
  const { kind } = outcome.value;
  const problems: Problem[] = [...outcome.problems];
  if (kind === 'cpu') {
    const text =
      'This is a CPU profile: it says where time goes, nothing about goroutines or memory that stay.';
    problems.push({ code: 'cpu-profile', text });
  }
  return { value: [profileOrGoroutines(outcome.value)], problems };
}

function profileOrGoroutines(profile: Profile): Parsed {
  const counts = profile.kind === 'goroutine' || profile.kind === 'goroutineleak';
  // A delta says who came and went, not who is there.
  if (!counts || profile.delta) return { kind: 'profile', profile };
  return {
    kind: 'goroutines',
    dump: goroutineCounts(profile),
    leakProfile: profile.kind === 'goroutineleak',
    profile,
  };
}

function readMemory(parse: typeof parseExpvar): Format['parse'] {
  return (bytes) => {
    const outcome = parse(bytes);
    const value: Parsed[] = outcome.value.length > 0 ? [{ kind: 'memory', readings: outcome.value }] : [];
    return { value, problems: outcome.problems };
  };
}

function readGctrace(bytes: Uint8Array): Outcome<readonly Parsed[]> {
  const { value } = parseGctrace(bytes);
  if (value.length > 0) return { value: [{ kind: 'memory', readings: value }], problems: [] };
  return wrong(
    'gctrace-unreadable',
    'The text mentions GC goals, but no line of GODEBUG=gctrace=1 could be read.',
  );
}

function readTrace(bytes: Uint8Array): Outcome<readonly Parsed[]> {
  const { value, problems } = parseTrace(bytes);
  return { value: value ? [{ kind: 'trace', trace: value }] : [], problems };
}

function readHtml(bytes: Uint8Array): Outcome<readonly Parsed[]> {
  const text = latin1(bytes.subarray(0, 64 << 10)).toLowerCase();
  if (text.includes('/debug/pprof/') && text.includes('profile')) {
    return wrong(
      'html-index',
      'This is the index page of /debug/pprof; save one of the profiles it links to.',
    );
  }
  const login = /password|sign[ -]?in|log[ -]?in|sso|oauth/.test(text);
  return login
    ? wrong(
        'html-login',
        'This is a login page in HTML: the request was not signed in, so no dump came back.',
      )
    : wrong('html-page', 'This is an HTML page, not a dump of a Go service.');
}

function readOtherJson(bytes: Uint8Array): Outcome<readonly Parsed[]> {
  const json = parseJson(bytes);
  if (json.problem) return { value: [], problems: [json.problem] };
  const message = isRecord(json.value) ? errorMessage(json.value) : undefined;
  if (message !== undefined) {
    return wrong('json-error', `This is an error message in JSON, not a dump: "${message.slice(0, 120)}".`);
  }
  return wrong('json-unknown', 'This is JSON, but neither /debug/vars nor a log with goroutines.');
}

function errorMessage(json: Readonly<Record<string, unknown>>): string | undefined {
  for (const key of ['error', 'message', 'detail', 'title', 'errors', 'msg']) {
    const value = json[key];
    if (typeof value === 'string') return value;
    if (isRecord(value)) return errorMessage(value) ?? key;
    if (Array.isArray(value)) return key;
  }
  return undefined;
}

function wrong(code: string, text: string): Outcome<readonly Parsed[]> {
  return { value: [], problems: [{ code, text }] };
}

/** Dumps hide in logs, so a header anywhere counts. */
function hasGoroutines(bytes: Uint8Array): boolean {
  return headersIn(bytes, 0, bytes.length).next().done === false;
}

function isVars(bytes: Uint8Array): boolean {
  return bytes.length <= MAX_JSON_BYTES && indexOfFar(bytes, '"memstats"') >= 0;
}

function isJson(head: string): boolean {
  return /^(\xef\xbb\xbf)?\s*[{[]/.test(head);
}

function isMetrics(head: string): boolean {
  return /^# (HELP|TYPE) \w/m.test(head) || /^(go|process|node)_\w+(\{[^\n]{0,500}\})? [-+\d.]/m.test(head);
}

function isMachO(bytes: Uint8Array): boolean {
  const magic = ((bytes[0] ?? 0) << 24) | ((bytes[1] ?? 0) << 16) | ((bytes[2] ?? 0) << 8) | (bytes[3] ?? 0);
  return [0xcffaedfe, 0xfeedfacf, 0xcafebabe].includes(magic >>> 0);
}

/** No control bytes other than white space in the first part; raw pprof has them within its first ten bytes. */
function looksLikeText(bytes: Uint8Array): boolean {
  for (let p = 0; p < Math.min(bytes.length, 512); p++) {
    const c = bytes[p] ?? 0;
    if (c < 32 && c !== 9 && c !== 10 && c !== 12 && c !== 13 && c !== 27) return false;
  }
  return true;
}

function oneLine(bytes: Uint8Array): string {
  return textOf(bytes, 0, 160).replace(/\s+/g, ' ').trim();
}

function latin1(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
}
