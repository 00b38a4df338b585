import { describe, expect, it } from 'vitest';
import { readCommand } from '../../src/command/read.ts';
import { verbHelp } from '../../src/command/usage.ts';
import { Failure } from '../../src/failure.ts';

const typed = (...words: string[]) => readCommand(['check', ...words], 'terminal');
const refusal = (...words: string[]): string => {
  try {
    typed(...words);
  } catch (error) {
    if (error instanceof Failure) return error.message;
    throw error;
  }
  return 'understood';
};

describe('check', () => {
  it('takes an address, with load', () => {
    expect(
      typed('http://localhost:6060', '--load', 'hey -z 1h http://localhost:8080', '--for', '1m'),
    ).toEqual({
      kind: 'check',
      subject: { how: 'target', target: 'http://localhost:6060' },
      load: {
        line: 'hey -z 1h http://localhost:8080',
        argv: ['hey', '-z', '1h', 'http://localhost:8080'],
      },
      warmUpMs: 10_000,
      windowMs: 60_000,
      settleMs: 15_000,
      strict: false,
      annotations: false,
    });
  });

  it('takes two commands, by a shell where that is asked for', () => {
    expect(
      typed('--before', 'sh a.sh {dir}', '--after', 'cat b | gzip', '--shell', '--strict'),
    ).toMatchObject({
      subject: {
        how: 'commands',
        before: { argv: ['/bin/sh', '-c', 'sh a.sh {dir}'] },
        after: { argv: ['/bin/sh', '-c', 'cat b | gzip'] },
      },
      strict: true,
    });
  });

  it('takes saved looks, in their order', () => {
    expect(typed('a/', 'b/', 'c/', '--service', 'payments-svc', '--junit', 'out.xml')).toMatchObject({
      subject: { how: 'paths', paths: ['a/', 'b/', 'c/'] },
      service: 'payments-svc',
      junit: 'out.xml',
    });
  });

  it.each([
    [[], 'check needs an address, two commands or two folders.'],
    [['--before', 'a'], '--before and --after go together.'],
    [['x', '--before', 'a', '--after', 'b'], 'Commands take the place of an address or of folders.'],
    [['a/', 'b/', '--load', 'x'], 'What is saved already takes no --load.'],
    [['http://x', '--for', '1s'], '--for needs 2s at least.'],
    [['http://x', '--for', 'ages'], '"ages" is not a length of time.'],
    [['http://x', '--warm-up', '2d'], '--warm-up takes 12 hours at most.'],
    [['http://x', '--warm', '2s'], '--warm is not a flag of check, perhaps --warm-up is meant.'],
    [
      ['http://x', '--load', 'a | b'],
      '--load runs without a shell, and only a shell understands `|`; add --shell to have sh run it.',
    ],
  ])('%j: %s', (words, says) => {
    expect(refusal(...words)).toBe(says);
  });

  it('is for a terminal', () => {
    expect(() => readCommand(['check', 'payments-svc'], 'chat')).toThrow('`check` is for a terminal');
  });

  it('documents every exit status in its help', () => {
    const help = verbHelp('check', 'terminal', 'goleak') ?? '';
    for (const status of ['0 no leak', '10 leak', '11 cannot tell', '1 usage', '2 service', '70 our fault']) {
      expect(help).toContain(status);
    }
    expect(help).toContain('{dir}');
    expect(help).toContain('without a shell');
  });
});
