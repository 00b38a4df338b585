import { describe, expect, it } from 'vitest';
import type { Drawing } from '../../../src/report/charts/drawing.ts';
import { allPictures, pictures } from '../../../src/report/charts/pictures.ts';
import { retentionPicture } from '../../../src/report/charts/retention.ts';
import { PICTURE_WIDTH } from '../../../src/report/charts/size.ts';
import { textWidth } from '../../../src/report/charts/text-width.ts';
import { sampleReport } from '../../kit/report.ts';
import { sampleRetention } from '../../kit/retention.ts';
import { drawWays } from '../../kit/ways.ts';

function draw(profile?: Parameters<typeof sampleRetention>[0]): { drawing: Drawing; alt: string } {
  const drawn = retentionPicture({ ...sampleReport('heap-leak'), retention: sampleRetention(profile) });
  if (!drawn) throw new Error('nothing was drawn');
  return drawn;
}

function wordsIn({ shapes }: Drawing): string[] {
  return shapes.flatMap((shape) => (shape.kind === 'words' && shape.text !== '' ? [shape.text] : []));
}

describe('who holds the memory, drawn', () => {
  it('is the way from the root down, each step with its type and what it holds', () => {
    expect(wordsIn(draw().drawing)).toEqual([
      'payments-svc: who holds the memory',
      '78.1 MiB of 85.8 MiB reachable, depth 4',
      'each is held by the one above it',
      'payments/ledger.open',
      '78.1 MiB, 91 %',
      'package variable',
      'byKey',
      '78.1 MiB, 91 %',
      'map[string]*ledger.entry',
      'its values',
      '78.1 MiB, 91 %',
      '*ledger.entry',
      'body',
      '78.1 MiB, 91 %',
      '[]uint8',
    ]);
  });

  it('marks what everything gathers in', () => {
    const { shapes } = draw().drawing;
    const at = shapes.findIndex((shape) => shape.kind === 'words' && shape.text === 'byKey');
    expect(shapes[at - 1]).toMatchObject({ kind: 'box', tone: 'leads' });
    expect(shapes[at]).toMatchObject({ bold: true });
    expect(shapes.filter((shape) => shape.kind === 'box' && shape.tone === 'leads')).toHaveLength(1);
  });

  it('leaves out the middle of a long way, but not the place where it gathers', () => {
    const steps = Array.from({ length: 30 }, (_, at) =>
      at === 15 ? 'm. (map[string]*main.x) ← $mapval. (*main.x)' : `f${at}. (*main.t${at})`,
    );
    const { drawing, alt } = draw(drawWays(`main.root ← ${steps.join(' ← ')}   900 × 1KiB`));
    const said = wordsIn(drawing);
    expect(said).toContain('m');
    expect(said.filter((text) => text.startsWith('…'))).toEqual(['… 13 more steps', '… 12 more steps']);
    expect(said.filter((text) => /^f\d+$/.test(text))).toEqual(['f0', 'f1', 'f27', 'f28', 'f29']);
    expect(alt.length).toBeLessThan(700);
    expect(drawing.height).toBeLessThan(800);
  });

  it('stays within its width, whatever the names are', () => {
    const long = `example.com/${'very/'.repeat(20)}long.${'Name'.repeat(30)}`;
    const { drawing } = draw(
      drawWays(
        `${long} ← ${'field'.repeat(30)}. (map[string]${long}) ← $mapval. (*${long}) ← ${long}.func1   900 × 1KiB`,
      ),
    );
    for (const shape of drawing.shapes) {
      if (shape.kind !== 'words') continue;
      const width = textWidth(shape.text, shape.size, shape.bold ? 'bold' : 'regular');
      const [from, to] = shape.right ? [shape.x - width, shape.x] : [shape.x, shape.x + width];
      expect(from, shape.text).toBeGreaterThanOrEqual(0);
      expect(to, shape.text).toBeLessThanOrEqual(PICTURE_WIDTH);
    }
  });

  it('is among the pictures of a heap leak when somebody looked, and never more than three', () => {
    const report = sampleReport('heap-leak');
    const named = (of: readonly { name: string }[]) => of.map(({ name }) => name);
    expect(named(pictures(report))).not.toContain('who-holds-it.png');
    const looked = { ...report, retention: sampleRetention() };
    expect(named(pictures(looked))).toContain('who-holds-it.png');
    expect(pictures(looked).length).toBeLessThanOrEqual(3);
    expect(named(allPictures(looked))).toContain('who-holds-it.png');
  });
});
