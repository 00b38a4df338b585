// The report as a page of its own: one file, opened from disk.
import { drawPage } from '../../../src/deliver/page.ts';
import { type Captured, recordedCapture } from '../captured.ts';
import type { OwnPage, Scene } from '../scene.ts';

const captured = (): Captured =>
  recordedCapture(['payments-svc-1'], [20, 50], {
    service: 'payments-svc',
    owner: '@payments-oncall',
    memoryLimitMib: 512,
  });

function page(name: string, about: string, look: Pick<OwnPage, 'search' | 'from'> = {}): Scene {
  return {
    name: `page-${name}`,
    about,
    origin: [captured().origin],
    play: async () => {
      const { report, flames } = captured();
      return { at: 'page', html: await drawPage(report, flames), ...look };
    },
  };
}

export const PAGE_SCENES: readonly Scene[] = [
  page('top', 'The report as a page: the verdict, what was measured, why nothing else.'),
  page('pictures', 'Its pictures, on the ground of the page, light or dark.', { from: '#pictures' }),
  page('search', 'A function searched for in its stacks: what does not hold it is gone.', {
    search: 'ledger.(*Writer)',
    from: '#signatures',
  }),
  page('difference', 'Its flame graph: what grew since the beginning of the window, and what shrank.', {
    from: '#heap-flame',
  }),
  page('memory', 'Its tables: where the memory is, what changed, what the capture cost the service.', {
    from: '#memory',
  }),
];
