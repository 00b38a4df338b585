import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { titleAbout } from '../../../src/report/charts/fit.ts';
import { PICTURE_WIDTH } from '../../../src/report/charts/size.ts';
import { textWidth } from '../../../src/report/charts/text-width.ts';

const REST = ': heap and goroutines before and after';

describe('the title of a picture', () => {
  it('has the whole name where there is room', () => {
    expect(titleAbout('payments-svc', ': who holds the memory')).toBe('payments-svc: who holds the memory');
  });

  it('keeps both ends of a long name and all that it says of it', () => {
    const title = titleAbout('uploaded before.heap.pb.gz and after.heap.pb.gz', ': heap by call path');
    expect(title).toMatch(/^uploaded.*….*heap\.pb\.gz: heap by call path$/);
  });

  it('is inside the picture, whatever the name', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 400 }), (name) => {
        const title = titleAbout(name, REST);
        expect(title.endsWith(REST)).toBe(true);
        expect(textWidth(title, 19, 'bold')).toBeLessThanOrEqual(PICTURE_WIDTH - 24);
      }),
    );
  });
});
