// A recording is what the pprof endpoints of one instance answered, moment by moment, as it came (profiles
// unzipped). Moments resemble each other, so all of them are one Brotli stream with a window that spans
// them: a line of JSON that lists the bodies, then the bodies. `brotli -dc payments-svc-1.br | head -1`
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync, brotliDecompressSync, constants } from 'node:zlib';

/** What is recorded of a moment: file name in the recording -> path and query it was fetched from. */
export const RECORDED = {
  'index.html': '/debug/pprof/',
  'vars.json': '/debug/vars',
  'goroutine.pb': '/debug/pprof/goroutine',
  'goroutine.debug1.txt': '/debug/pprof/goroutine?debug=1',
  'goroutine.debug2.txt': '/debug/pprof/goroutine?debug=2',
  'heap.pb': '/debug/pprof/heap',
  'heap.debug1.txt': '/debug/pprof/heap?debug=1',
} as const;
export type RecordedFile = keyof typeof RECORDED;

export interface Moment {
  /** Seconds since the recording began. */
  readonly at: number;
  readonly files: ReadonlyMap<string, Uint8Array>;
}

export interface Recording {
  readonly instance: string;
  /** When it began, Unix milliseconds. */
  readonly beganMs: number;
  readonly spacing: number;
  /** In time order, at least one. */
  readonly moments: readonly [Moment, ...Moment[]];
}

/** Where the recordings that come with the demo are kept. */
export const RECORDINGS = fileURLToPath(new URL('./recordings/', import.meta.url));

/** Facts about all recordings, written beside them. */
export interface RecordingsOrigin {
  readonly goVersion: string;
  readonly command: string;
  readonly recordedAt: string;
  readonly spacingSeconds: number;
  readonly instances: Readonly<Record<string, { readonly args: string; readonly beganMs: number }>>;
}

/** Reads the recording of one instance: `readRecording('payments-svc-1')`. */
export function readRecording(instance: string, folder: string = RECORDINGS): Recording {
  const origin = JSON.parse(readFileSync(`${folder}/origin.json`, 'utf8')) as RecordingsOrigin;
  const about = origin.instances[instance];
  if (!about)
    throw new Error(`no recording of ${instance}; there are ${Object.keys(origin.instances).join(', ')}`);
  const [first, ...others] = unpackMoments(readFileSync(`${folder}/${instance}.br`));
  if (!first) throw new Error(`the recording of ${instance} holds no moment`);
  return { instance, beganMs: about.beganMs, spacing: origin.spacingSeconds, moments: [first, ...others] };
}

interface Listed {
  readonly at: number;
  readonly file: string;
  readonly bytes: number;
}

export function packMoments(moments: readonly Moment[]): Uint8Array {
  const list: Listed[] = [];
  const bodies: Uint8Array[] = [];
  for (const { at, files } of moments) {
    for (const [file, body] of files) {
      list.push({ at, file, bytes: body.length });
      bodies.push(body);
    }
  }
  return brotliCompressSync(Buffer.concat([Buffer.from(`${JSON.stringify(list)}\n`), ...bodies]), {
    params: {
      [constants.BROTLI_PARAM_LGWIN]: constants.BROTLI_MAX_WINDOW_BITS,
      [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY,
    },
  });
}

export function unpackMoments(packed: Uint8Array): Moment[] {
  const stream = brotliDecompressSync(packed);
  let offset = stream.indexOf('\n') + 1;
  const byTime = new Map<number, Map<string, Uint8Array>>();
  for (const { at, file, bytes } of JSON.parse(stream.toString('utf8', 0, offset)) as Listed[]) {
    const files = byTime.get(at) ?? new Map<string, Uint8Array>();
    byTime.set(at, files.set(file, stream.subarray(offset, offset + bytes)));
    offset += bytes;
  }
  return [...byTime].map(([at, files]) => ({ at, files })).sort((a, b) => a.at - b.at);
}
