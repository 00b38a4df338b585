import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { middleCut, nameWithin, shortFile, shortName, shortPlace } from '../../src/report/name.ts';

describe('shortName', () => {
  it.each([
    ['main.main', 'main.main', 'main.main'],
    ['main.(*server).loop.func1', 'main.(*server).loop.func1', 'main.(*server).loop.func1'],
    ['net/http.(*conn).serve', 'http.(*conn).serve', 'net/http.(*conn).serve'],
    [
      'github.com/acme/payments/ledger.(*Writer).flush.func1',
      'ledger.(*Writer).flush.func1',
      'payments/ledger.(*Writer).flush.func1',
    ],
    ['example.com/payments.Run', 'payments.Run', 'payments.Run'],
    ['github.com/acme/bus/v2.Send', 'bus.Send', 'acme/bus.Send'],
    ['github.com/acme/bus/v2/internal/ring.Push[...]', 'ring.Push[...]', 'internal/ring.Push[...]'],
    ['gopkg.in/yaml%2ev3.Unmarshal', 'yaml.v3.Unmarshal', 'yaml.v3.Unmarshal'],
    ['github.com/acme/pool.(*Pool[...]).run', 'pool.(*Pool[...]).run', 'acme/pool.(*Pool[...]).run'],
    [
      'github.com/acme/pool.(*Pool[github.com/acme/x/job.Job]).run',
      'pool.(*Pool[job.Job]).run',
      'acme/pool.(*Pool[job.Job]).run',
    ],
    ['main.f[go.shape.int]', 'main.f[go.shape.int]', 'main.f[go.shape.int]'],
    ['runtime.goexit', 'runtime.goexit', 'runtime.goexit'],
    ['no_dot_at_all', 'no_dot_at_all', 'no_dot_at_all'],
    ['', '', ''],
  ])('%s', (full, bare, withParent) => {
    expect(shortName(full)).toBe(bare);
    expect(shortName(full, 1)).toBe(withParent);
  });

  it('takes the parent package where it fits and cuts in the middle where nothing does', () => {
    const full = 'github.com/acme/payments/ledger.(*Writer).flush';
    expect(nameWithin(full, 40)).toBe('payments/ledger.(*Writer).flush');
    expect(nameWithin(full, 24)).toBe('ledger.(*Writer).flush');
    expect(nameWithin(full, 12)).toBe('ledg…).flush');
  });
});

it('shortens files to their last two parts', () => {
  expect(shortFile('/srv/build/payments/ledger/writer.go')).toBe('ledger/writer.go');
  expect(shortFile('C:\\src\\app\\main.go')).toBe('app/main.go');
  expect(shortPlace({ file: '/a/b/c.go', line: 7 })).toBe('b/c.go:7');
  expect(shortPlace({ file: 'c.go', line: 0 })).toBe('c.go');
  expect(shortPlace({ file: '', line: 7 })).toBe('');
});

it('never cuts wider than asked, nor a character in half', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), fc.integer({ min: 1, max: 60 }), (text, width) => {
      const cut = middleCut(text, width);
      expect([...cut].length).toBeLessThanOrEqual(Math.max(width, 1));
      expect(cut).not.toMatch(/\p{Cs}/u);
    }),
  );
});
