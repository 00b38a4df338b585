import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { gunzipSync, gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { withoutCredentials } from '../../src/capture/strike-out.ts';
import { parseTrace } from '../../src/parse/trace/trace.ts';

const TRACES = fileURLToPath(new URL('../captures/traces/', import.meta.url));

function traceNamed(name: string): Buffer {
  const bytes = readFileSync(TRACES + name);
  return name.endsWith('.gz') ? gunzipSync(bytes) : bytes;
}

const SECRET = 'glpat-0123456789abcdefghij';

/** The trace with a credential in place of a name as long as it. */
function planted(trace: Buffer): Buffer {
  const named = /runtime[\w./]{22,}/.exec(trace.toString('latin1'));
  if (!named) throw new Error('no name is long enough');
  const bad = Buffer.from(trace);
  bad.write(SECRET.padEnd(named[0].length, 'x'), named.index, 'latin1');
  return bad;
}

const summary = (bytes: Uint8Array) => {
  const { value, problems } = parseTrace(bytes);
  return [value?.events, value?.living.count, value?.creations.length, value?.latency.totalNs, problems];
};

describe('what is kept of an execution trace', () => {
  it.each(readdirSync(TRACES).filter((name) => /trace(5s\.out|\.gz)?$/.test(name)))(
    'is what came where there is no credential, whatever its numbers look like: %s',
    async (name) => {
      const trace = traceNamed(name);
      expect((await withoutCredentials(trace)) === trace).toBe(true);
    },
  );

  it.each(['go1.22.12-small.trace.gz', 'go1.26.8-small.trace.gz', 'go1.27.3-flight.trace.gz'])(
    'loses a credential among its texts, and nothing else: %s',
    async (name) => {
      const trace = planted(traceNamed(name));
      const kept = await withoutCredentials(trace);
      expect(Buffer.from(kept).includes('glpat-')).toBe(false);
      expect(kept.byteLength).toBe(trace.byteLength);
      expect(summary(kept)).toEqual(summary(trace));
      expect(gunzipSync(await withoutCredentials(gzipSync(trace))).equals(kept)).toBe(true);
    },
  );

  it('loses it in a trace that was cut off, too', async () => {
    const trace = planted(traceNamed('go1.26.8-small.trace.gz'));
    const cut = trace.subarray(0, trace.indexOf('glpat-') + SECRET.length + 2);
    expect(Buffer.from(await withoutCredentials(cut)).includes('glpat-')).toBe(false);
  });
});
