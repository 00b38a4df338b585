import { describe, expect, it } from 'vitest';
import { fixOutcome, isLeak, type Seen } from '../../src/known/fix.ts';

const FLUSH = { family: 'channel', frames: [{ func: 'ledger.(*Writer).flush' }] };
const POLL = { family: 'channel', frames: [{ func: 'queue.(*Poller).wait' }] };
const seen = (kind: Seen['verdict']['kind'], ...signatures: Seen['signatures']): Seen => ({
  verdict: { kind },
  also: [],
  signatures,
});

describe('a look at a newer build', () => {
  const leak = seen('goroutine-leak', FLUSH);

  it('finds the leak gone only when what leaked does not any more', () => {
    expect(fixOutcome(leak, seen('healthy'), 'open')).toBe('fixed');
    expect(fixOutcome(leak, leak, 'open')).toBe('still');
    // Another leak in its place is not this one.
    expect(fixOutcome(leak, seen('goroutine-leak', POLL), 'open')).toBe('fixed');
    expect(fixOutcome(leak, seen('heap-leak', POLL, FLUSH), 'open')).toBe('still');
  });

  it('says that it is back when it was gone before', () => {
    expect(fixOutcome(leak, leak, 'fixed')).toBe('back');
    expect(fixOutcome(leak, seen('healthy'), 'fixed')).toBe('fixed');
  });

  it('does not take what it could not see for gone', () => {
    expect(fixOutcome(leak, seen('inconclusive'), 'open')).toBe('unclear');
  });

  it('goes by the kind where there are no signatures', () => {
    const heap = seen('heap-leak');
    expect(fixOutcome(heap, seen('heap-leak'), 'open')).toBe('still');
    expect(fixOutcome(heap, { ...seen('gc-pressure'), also: [{ kind: 'heap-leak' }] }, 'open')).toBe('still');
    expect(fixOutcome(heap, seen('churn'), 'open')).toBe('fixed');
    expect(isLeak('churn')).toBe(false);
  });
});
