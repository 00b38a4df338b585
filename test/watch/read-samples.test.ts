import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readSamples } from '../../src/watch/read-samples.ts';

describe('a history as JSON lines', () => {
  it('keeps what is told and leaves out the rest', () => {
    const { value, problems } = readSamples(
      '{"t":1793577600,"instance":"a","RSS":1048576,"GOGC":"off","GOMEMLIMIT":9223372036854775807,"LastGC":1793577599000000000,"extra":1}\r\n\n{"t":1793577660,"RSS":-5,"HeapAlloc":"many","container_limit":"1GiB","GOGC":"50"}',
    );
    expect(problems).toEqual([]);
    expect(value).toEqual([
      { t: 1793577600, instance: 'a', RSS: 1048576, GOGC: 0, LastGC: 1793577599 },
      { t: 1793577660, container_limit: 2 ** 30, GOGC: 50 },
    ]);
  });

  it('skips bad lines, and says of each reason how many and where', () => {
    const { value, problems } = readSamples(
      [
        'nonsense',
        '{"t":1}',
        '[1]',
        '{"RSS":1}',
        'more',
        '{"t":1793577600000}',
        `{"t":2,"x":"${'y'.repeat(20_000)}"}`,
      ].join('\n'),
    );
    expect(value).toEqual([{ t: 1 }]);
    expect(problems.map(({ text }) => text)).toEqual([
      '2 lines were skipped, the first at line 1: it is not JSON.',
      'Line 3 was skipped: it is not an object.',
      'Line 4 was skipped: t is missing or no number.',
      'Line 6 was skipped: t is not in unix seconds.',
      'Line 7 was skipped: it is too long.',
    ]);
  });

  it('puts samples in order of time', () => {
    expect(readSamples('{"t":3}\n{"t":1}\n{"t":2}').value.map(({ t }) => t)).toEqual([1, 2, 3]);
  });

  it('never throws, whatever the text', () => {
    fc.assert(
      fc.property(fc.string(), (text) => readSamples(text).value.every(({ t }) => Number.isFinite(t))),
    );
    fc.assert(
      fc.property(fc.json(), (text) => Array.isArray(readSamples(`{"t":${text},"RSS":${text}}`).problems)),
    );
  });
});
