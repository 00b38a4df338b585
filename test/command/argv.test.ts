import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readArgv } from '../../src/command/argv.ts';

describe('a command line without a shell', () => {
  it.each([
    ['hey -z 10s http://localhost:8080/?q=1', ['hey', '-z', '10s', 'http://localhost:8080/?q=1']],
    ['  k6   run\tsoak.js ', ['k6', 'run', 'soak.js']],
    [`curl -H 'X: a "b" $c' "a b"`, ['curl', '-H', 'X: a "b" $c', 'a b']],
    ['say one\\ word "a\\"b" \'\'', ['say', 'one word', 'a"b', '']],
    ['go test ./... -run=Soak#01', ['go', 'test', './...', '-run=Soak#01']],
    ['sh dump.sh {dir}', ['sh', 'dump.sh', '{dir}']],
  ])('%s', (line, argv) => {
    expect(readArgv(line)).toEqual({ argv });
  });

  it.each([
    ['curl a | tee b', '`|`'],
    ['a && b', '`&`'],
    ['a; b', '`;`'],
    ['a > b', '`>`'],
    ['echo $HOME', '`$`'],
    ['echo "$HOME"', 'in double quotes'],
    ['ls *.go', '`*`'],
    ['ls ~', '`~`'],
    ['N=1 hey', 'sets variables'],
    ["say 'it", 'is not closed'],
    ['', 'names no program'],
    ["''", 'names no program'],
  ])('%s is left to a shell, or is no command', (line, because) => {
    expect(readArgv(line)).toEqual({ because: expect.stringContaining(because) });
  });

  it('gives back every word that was quoted', () => {
    const word = fc.string({ minLength: 1 }).filter((text) => !text.includes("'"));
    fc.assert(
      fc.property(fc.array(word, { minLength: 1, maxLength: 5 }), (words) => {
        const argv = ['run', ...words];
        expect(readArgv(argv.map((each) => `'${each}'`).join(' '))).toEqual({ argv });
      }),
    );
  });
});
