import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isProbeAnswer, readProbeAnswer } from '../../src/capture/probe-answer.ts';
import { tar } from '../kit/tar.ts';

const STACKS = 'goroutine 1 [running]:\nmain.main()\n\t/app/main.go:10 +0x1d\n';

function manifest(change: object = {}): string {
  return JSON.stringify({
    schema: 'goleak.probe/v1',
    beganUnixNs: '1795787400000000000',
    goroutines: 12,
    gcDuring: 0,
    build: { go: 'go1.26.8' },
    clues: [
      { clue: 'goroutine-text', file: 'goroutines.txt.gz', fromNs: 300, toNs: 900_300 },
      { clue: 'memstats', file: 'memstats.json', fromNs: 900_700, toNs: 990_000 },
      { clue: 'of-tomorrow', file: 'tomorrow.bin', fromNs: 990_100, toNs: 990_200 },
    ],
    ...change,
  });
}

const members = (change: object = {}, folder = '') =>
  [
    [`${folder}clues.json`, manifest(change)],
    [`${folder}goroutines.txt.gz`, gzipSync(STACKS)],
    [
      `${folder}memstats.json`,
      '{"cmdline":["svc","-password=hunter2"],"memstats":{"HeapAlloc":42},"in_flight":7}',
    ],
    [`${folder}tomorrow.bin`, 'x'],
  ] as const;

const text = (bytes: Uint8Array | undefined) => Buffer.from(bytes ?? []).toString();

describe('the answer of a probe', () => {
  it('is read clue by clue, each with its own span; what a later probe may add is passed over', async () => {
    const bytes = tar(members());
    expect(isProbeAnswer(bytes)).toBe(true);
    const [snapshot] = (await readProbeAnswer(bytes)) ?? [];
    expect(snapshot).toMatchObject({ beganMs: 1_795_787_400_000, goroutines: 12, problems: [] });
    expect(snapshot?.clues.map(({ ask, file, inside }) => [ask, file, inside.fromNs, inside.toNs])).toEqual([
      ['goroutine-text', 'goroutines.txt', 300, 900_300],
      ['memory', 'memory-0.json', 900_700, 990_000],
    ]);
    expect(text(snapshot?.clues[0]?.bytes)).toBe(STACKS);
  });

  it('loses its command line and its credentials before anything is kept', async () => {
    const leaky = [
      ...members().slice(0, 1),
      ['goroutines.txt.gz', gzipSync(`${STACKS}panic: token xoxb-1234567890-ABCDEFGHIJKLMNOP\n`)],
      members()[2],
    ] as const;
    const [snapshot] = (await readProbeAnswer(tar(leaky))) ?? [];
    const all = snapshot?.clues.map(({ bytes }) => text(bytes)).join('') ?? '';
    expect(all).toContain('"HeapAlloc":42');
    expect(all).not.toMatch(/hunter2|cmdline|xoxb-1234567890/);
  });

  it('is a pair when it has two folders, and says why it was taken', async () => {
    const because = { kind: 'limit', value: 210, of: 256 };
    const pair = tar([...members({}, '0/'), ...members({ because }, '1/')]);
    const read = await readProbeAnswer(pair);
    expect(read).toHaveLength(2);
    expect(read?.[1]).toMatchObject({
      because,
      clues: [{ ask: 'goroutine-text' }, { file: 'memory-1.json' }],
    });
  });

  it('says in words of its own why stacks were left out', async () => {
    const words = async (leftOut: string) => {
      const clues = [{ clue: 'goroutine-text', fromNs: 0, toNs: 0, leftOut }];
      return (await readProbeAnswer(tar([['clues.json', manifest({ clues })]])))?.[0]?.clues[0]?.problem;
    };
    expect(await words('5000 goroutines: full stacks are written up to 2000')).toBe(
      'The probe left full stacks out: it has 5000 goroutines, and writes stacks up to 2000.',
    );
    expect(await words('not asked for')).toBe('');
    expect(await words('<!channel> *click here*')).toBe('The probe left full stacks out.');
  });

  it.each([
    ['cut within a member', tar(members()).subarray(0, 1_200)],
    ['cut between two members', tar(members()).subarray(0, 2_048)],
    ['half a pair', tar(members({}, '0/'))],
    ['another schema', tar(members({ schema: 'goleak.probe/v2' }))],
    ['a time beyond an hour', tar(members({ clues: [{ clue: 'heap', fromNs: 0, toNs: 3_600e9 + 1 }] }))],
    ['no manifest', tar([['heap.pb.gz', 'x']])],
    ['a login page', Buffer.from('<html>')],
    ['nothing', new Uint8Array()],
  ])('is nothing when it is %s', async (_, bytes) => {
    expect(await readProbeAnswer(bytes)).toBeUndefined();
  });

  it('is read without a fault, whatever byte of it is another', async () => {
    const whole = tar(members());
    await fc.assert(
      fc.asyncProperty(fc.nat(whole.length - 1), fc.nat(255), fc.nat(whole.length), async (at, byte, cut) => {
        const bytes = whole.slice(0, cut);
        if (at < bytes.length) bytes[at] = byte;
        for (const snapshot of (await readProbeAnswer(bytes)) ?? []) {
          for (const { inside } of snapshot.clues) expect(inside.toNs).toBeGreaterThanOrEqual(inside.fromNs);
        }
      }),
      { numRuns: 500 },
    );
  });
});
