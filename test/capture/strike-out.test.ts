import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync, gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { withoutCredentials } from '../../src/capture/strike-out.ts';
import type { Profile } from '../../src/model/profile.ts';
import { redact } from '../../src/model/secrets.ts';
import { parsePprof } from '../../src/parse/pprof.ts';
import { writePprof } from '../../src/parse/pprof-write.ts';
import { MARK, plantedSecrets } from '../kit/planted-secrets.ts';

const CAPTURES = fileURLToPath(new URL('../captures', import.meta.url));
const PROFILE = join(CAPTURES, 'profiles/leak-send.t065.goroutine.pb.gz');

function profileOf(bytes: Uint8Array): Profile {
  const profile = parsePprof(bytes).value;
  if (!profile) throw new Error('no profile');
  return profile;
}

const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString('latin1');
const ten = () => plantedSecrets(2, 10);

describe('what is kept of a service', () => {
  it('loses every credential among the labels, functions and files of a profile, and nothing else', async () => {
    const clean = profileOf(readFileSync(PROFILE));
    const secrets = ten();
    const profile: Profile = {
      ...clean,
      labels: new Map(
        Array.from({ length: clean.sampleCount }, (_, at) => [
          at,
          Object.fromEntries(
            secrets
              .filter((_, index) => index % clean.sampleCount === at)
              .map((secret, n) => [`label-${n}`, secret.text]),
          ),
        ]),
      ),
      frames: clean.frames.map((frame, at) => ({
        ...frame,
        file: `${frame.file}?${secrets[at]?.text ?? ''}`,
      })),
    };
    const written = writePprof(profile);
    expect(text(gunzipSync(written)).split(MARK).length).toBeGreaterThan(secrets.length);
    const kept = gunzipSync(await withoutCredentials(written));
    expect(text(kept)).not.toContain(MARK);
    const again = profileOf(kept);
    expect(again.values).toEqual(profile.values);
    expect(again.frames.map(({ func }) => func)).toEqual(profile.frames.map(({ func }) => func));
    expect([...again.labels.values()].flatMap(Object.keys)).toEqual(
      [...profile.labels.values()].flatMap(Object.keys),
    );
  });

  it('loses the value of a label whose name says that it is a secret', async () => {
    const clean = profileOf(readFileSync(PROFILE));
    const labels = new Map([[0, { password: 'hunter2', route: '/v1/charge' }]]);
    const kept = await withoutCredentials(writePprof({ ...clean, labels }));
    expect(profileOf(kept).labels.get(0)).toEqual({ password: '[redacted]', route: '/v1/charge' });
  });

  it('loses credentials of a dump, also where a look at it ends', async () => {
    const goroutine = (secret: string, id: number) =>
      `goroutine ${id} [chan send, 3 minutes, labels:{"dsn": ${JSON.stringify(secret)}}]:\nmain.f()\n\t/a/b.go:12 +0x1d\n\n`;
    const dump = plantedSecrets(3, 100)
      .map(({ text: secret }, at) => goroutine(secret, at + 1))
      .join('');
    expect(dump.length).toBeGreaterThan(3 * 64 * 1024);
    const kept = text(await withoutCredentials(Buffer.from(dump)));
    expect(kept).not.toContain(MARK);
    expect(kept.match(/^goroutine \d+ \[chan send, 3 minutes/gm)).toHaveLength(2_000);
    expect(kept.match(/^main\.f\(\)\n\t\/a\/b\.go:12 \+0x1d$/gm)).toHaveLength(2_000);
  });

  it('is what came, byte for byte, where there is no credential', async () => {
    const files = readdirSync(CAPTURES, { recursive: true, encoding: 'utf8' })
      .filter((name) => /\.(gz|txt|out)$/.test(name))
      .filter((_, at) => at % 20 === 0);
    expect(files.length).toBeGreaterThan(50);
    for (const name of files) {
      const bytes = readFileSync(join(CAPTURES, name));
      expect((await withoutCredentials(bytes)) === bytes, name).toBe(true);
    }
  }, 60_000);

  it('is what came where it is no profile, or a cut one', async () => {
    const whole = readFileSync(PROFILE);
    for (const bytes of [
      Buffer.alloc(0),
      Buffer.from([0x1f, 0x8b, 8]),
      gzipSync(Buffer.from([0x0a, 0xff, 0xff, 0xff, 0xff, 0xff])),
      whole.subarray(0, whole.length >> 1),
    ])
      expect(await withoutCredentials(bytes)).toEqual(bytes);
  });
});

/** Strings that real profiles hold, and the kinds of values that labels and variables have. */
function plainValues(): string[] {
  const inProfiles = readdirSync(join(CAPTURES, 'profiles'))
    .filter((name) => name.endsWith('.pb.gz'))
    .flatMap((name) => profileOf(readFileSync(join(CAPTURES, 'profiles', name))).frames)
    .flatMap(({ func, file }) => [func, file, `${func}(0xc000114780, {0x2, 0x4})`]);
  const made = Array.from({ length: 2_000 }, (_, n) => {
    const hex = (n * 2_654_435_761).toString(16).padStart(12, '0');
    return [
      `/v1/accounts/${n}/charges?limit=50&after=ch_${n}`,
      `${hex.slice(0, 8)}-1234-4abc-8def-${hex.slice(0, 12)}`,
      `v1.${n % 40}.${n % 7}-0.20261101120000-${hex}`,
      `https://payments-${n}.svc.cluster.local:8443/healthz`,
      `tenant-${n}: token bucket full, passwords not checked`,
      `user${n}@example.com asked at 12:${10 + (n % 50)}: ok`,
    ];
  }).flat();
  return [...new Set([...inProfiles, ...made])];
}

it('takes at most one plain value in a thousand for a secret', () => {
  const values = plainValues();
  const struck = values.filter((value) => redact(value) !== value);
  expect(values.length).toBeGreaterThan(12_000);
  expect(struck.length / values.length, struck.slice(0, 5).join(' | ')).toBeLessThanOrEqual(0.001);
});
