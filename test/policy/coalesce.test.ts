import { describe, expect, it } from 'vitest';
import type { CaptureRequest } from '../../src/model/request.ts';
import { wantsSame } from '../../src/policy/coalesce.ts';
import { requestOf } from '../workers/room.ts';

const first = requestOf('20261101-a', { instances: ['a', 'b'], kinds: ['heap', 'goroutine'] });

describe('what one capture can answer', () => {
  it.each<[string, Partial<CaptureRequest>, boolean]>([
    ['another person', { id: 'x', origin: { door: 'mention', user: 'U2', channel: 'C2' } }, true],
    ['another order of the same', { instances: ['b', 'a'], kinds: ['goroutine', 'heap'] }, true],
    ['another service', { service: 'ledger-svc' }, false],
    ['another instance', { instances: ['a'] }, false],
    ['every instance', { instances: 'all' }, false],
    ['other kinds', { kinds: ['heap'] }, false],
    ['another window', { windowMs: 60_000 }, false],
    ['an automatic source', { origin: { door: 'webhook', user: 'alerts' } }, false],
    ['a comparison', { compareWith: '20261101-z' }, false],
    ['instances chosen before', { sameInstancesAs: '20261101-z' }, false],
  ])('%s', (_, about, same) => {
    expect(wantsSame({ ...first, ...about }) === wantsSame(first)).toBe(same);
  });
});
