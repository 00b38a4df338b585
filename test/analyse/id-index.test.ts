import fc from 'fast-check';
import { expect, it } from 'vitest';
import { IdIndex } from '../../src/analyse/id-index.ts';

const id = fc.oneof(fc.nat(50), fc.nat(), fc.maxSafeNat());

it('answers as a Map would, for any ids', () => {
  fc.assert(
    fc.property(fc.array(id), fc.array(id), (ids, asked) => {
      const index = new IdIndex(Float64Array.from(ids));
      const map = new Map(ids.map((one, row) => [one, row]));
      for (const one of [...ids, ...asked]) {
        expect(index.get(one)).toBe(map.get(one));
        expect(index.has(one)).toBe(map.has(one));
      }
    }),
  );
});

it('stays fast where ids were chosen to collide', () => {
  // The inverse of the multiplier undoes the hash: every one of these begins at the same slot.
  const inverse = 0xe8b2f51;
  const ids = Float64Array.from({ length: 60_000 }, (_, k) => Math.imul((k << 16) | k, inverse) >>> 0);
  const started = performance.now();
  const index = new IdIndex(ids);
  const found = ids.reduce((sum, one) => sum + (index.has(one) ? 1 : 0), 0);
  expect(found).toBe(ids.length);
  expect(performance.now() - started).toBeLessThan(2000);
});
