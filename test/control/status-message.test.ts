import { describe, expect, it } from 'vitest';
import { validateBlocks } from '../../demo/workspace/blocks.ts';
import type { Status } from '../../src/control/status.ts';
import { statusMessage } from '../../src/control/status-message.ts';
import { EVERYTHING } from '../../src/store/switches.ts';
import { requestOf } from '../workers/room.ts';

const NOW_MS = Date.UTC(2026, 10, 26, 3, 12);
const QUIET: Status = {
  open: [],
  more: 0,
  stops: [],
  circuits: new Map(),
  failures: [],
  counts: {
    capture: { active: 0, waiting: 0, delayed: 0, failed: 0 },
    deliver: { active: 0, waiting: 0, delayed: 0, failed: 0 },
  },
} as unknown as Status;

function said(status: Partial<Status>): string {
  const { blocks } = statusMessage({ ...QUIET, ...status }, NOW_MS);
  expect(validateBlocks([...blocks])).toEqual([]);
  return JSON.stringify(blocks);
}

describe('`status` in chat', () => {
  it('says that nothing is under way, and how a capture is begun', () => {
    expect(said({})).toMatch(/\*No capture is under way\.\*.*goleak capture/);
  });

  it('gives each capture the command that ends it', () => {
    const request = requestOf('20261126-0123456789ab', { acceptedAtMs: NOW_MS - 120_000 });
    const progress = { stage: 'held', why: 'another capture is running', begun: false } as const;
    const text = said({ open: [{ request, progress }], more: 3 });
    expect(text).toContain('*4 captures are under way*');
    expect(text).toContain('waits: another capture is running · asked 2 min ago');
    expect(text).toContain('`/goleak cancel 20261126-0123456789ab` ends it');
  });

  it('names who stopped what, and how that is lifted', () => {
    const stop = { by: 'U0ONCALL', atMs: NOW_MS - 420_000 };
    const text = said({
      stops: [
        { ...stop, service: 'web-svc' },
        { ...stop, service: EVERYTHING },
      ],
    });
    expect(text).toContain('*web-svc* by <@U0ONCALL>, 7 min ago · `/goleak resume web-svc` lifts it');
    expect(text).toContain('*Every service* by <@U0ONCALL>');
  });

  it('says what is left alone, and until when', () => {
    const circuit = { failures: 3, request: 'x', atMs: NOW_MS - 60_000 };
    expect(said({ circuits: new Map([['10.0.0.7:6060', circuit]]) })).toMatch(
      /`10\.0\.0\.7:6060` failed 3 times · asked again in \d+ min/,
    );
  });
});
