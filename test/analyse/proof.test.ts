import { describe, expect, it } from 'vitest';
import { analyse } from '../../src/analyse/analyse.ts';
import { BLIND_SPOTS } from '../../src/analyse/proof.ts';
import type { Snapshot } from '../../src/model/snapshot.ts';
import { drawDump } from '../kit/stacks.ts';

const SERVICE = 'main.main → net/http.(*Server).Serve [IO wait]';

/** Three looks at a service; the leak profile, where one was taken, after the last. */
function analysed(looks: readonly string[], proof?: string, leakProfiles = 2) {
  const snapshots = looks.map((text, at): Snapshot => {
    const isLast = at === looks.length - 1;
    return {
      instance: 'a',
      taken: { fromMs: at * 30_000, toMs: at * 30_000 + 10 },
      goroutines: drawDump(`${SERVICE}\n${text}`),
      ...(isLast && proof !== undefined && { leaked: drawDump(proof), leakProfiles }),
      memory: [],
      otherProfiles: [],
      times: [],
      problems: [],
    };
  });
  return analyse([{ instance: 'a', snapshots }], { firstParty: [], fallbackIntervalMs: 30_000 });
}

const growing = (line: (n: number) => string) => [20, 50, 80].map(line);
const sends = growing((n) => `main.handle go main.flush ×${n} #1000 [chan send, by 900]`);
const receives = growing((n) => `main.handle go main.await ×${n} #1000 [chan receive, by 900]`);

describe("the runtime's proof", () => {
  it('makes a leak that it confirms proven, and names what it never sees', () => {
    const { signatures, proof, clues } = analysed(sends, 'main.flush ×80 [chan send]');
    expect(signatures[0]).toMatchObject({ tier: 'proven', proof: { confirmed: 80, unseen: 0 } });
    expect(proof).toEqual({ profiles: 2, confirmed: 80, unseen: 0, blindSpots: BLIND_SPOTS });
    expect(clues.find(({ clue }) => clue === 'runtime-proof')?.text).toBe(
      'The runtime proves 80 goroutines leaked (both of two leak profiles): nothing alive can reach what they wait for.',
    );
  });

  it('leaves a leak that hangs off something alive probable, and says why it cannot see it', () => {
    const { verdict, signatures, proof, clues } = analysed(receives, '');
    expect(verdict).toMatchObject({ kind: 'goroutine-leak', tier: 'probable' });
    expect(signatures[0]?.proof).toEqual({
      confirmed: 0,
      unseen: 80,
      because: expect.stringContaining('a package variable'),
    });
    expect(proof).toMatchObject({ profiles: 2, confirmed: 0, unseen: 80 });
    expect(clues.map(({ text }) => text).join('\n')).toContain(
      'Proof cannot see 80 goroutines on chan receive in `main.await`',
    );
    expect(signatures[0]?.because.join()).toContain('the runtime’s proof'.replace('’', "'"));
  });

  it('weighs nothing where it sees nothing: the same leak is as probable without it', () => {
    const without = analysed(receives);
    expect(without.proof).toBeUndefined();
    expect(without.signatures[0]?.proof).toBeUndefined();
    expect(analysed(receives, '').verdict.confidence).toBe(without.verdict.confidence);
  });

  it('counts those that have come since the profile as unseen', () => {
    const { signatures } = analysed(sends, 'main.flush ×60 [chan send]');
    expect(signatures[0]).toMatchObject({ tier: 'proven', proof: { confirmed: 60, unseen: 20 } });
  });

  it('accuses neither of two crowds that wait alike when it found fewer than both have', () => {
    const looks = growing((n) =>
      [
        `main.handle go main.flush ×${n} #1000 [chan send, by 900]`,
        'main.startPool go main.flush ×40 #200 [chan send, by 1]',
      ].join('\n'),
    );
    const { signatures } = analysed(looks, 'main.flush ×80 [chan send]');
    const pool = signatures.find(({ createdBy }) => createdBy?.func === 'main.startPool');
    expect(pool?.tier).not.toBe('proven');
    expect(signatures[0]).toMatchObject({
      tier: 'probable',
      proof: {
        confirmed: 0,
        because: expect.stringContaining('80 of the 120 that wait like this are proven leaked'),
      },
    });
    // All of both: then there is nothing to choose.
    expect(analysed(looks, 'main.flush ×120 [chan send]').signatures.map(({ tier }) => tier)).toEqual([
      'proven',
      'proven',
    ]);
  });

  it('does not take marks of an earlier run for those that came since', () => {
    const marked = (n: number) =>
      [
        'main.handle go main.flush ×60 #100 [chan send, by 900, leaked]',
        `main.handle go main.flush ×${n} #1000 [chan send, by 901]`,
      ].join('\n');
    const { signatures } = analysed(growing(marked), 'main.flush ×60 [chan send]');
    expect(signatures[0]?.proof).toMatchObject({ confirmed: 60, unseen: 80 });
  });
});
