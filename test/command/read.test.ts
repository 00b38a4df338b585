import { describe, expect, it } from 'vitest';
import { readArgv } from '../../src/command/argv.ts';
import { readCommand, unknownVerb } from '../../src/command/read.ts';
import { suggest } from '../../src/command/suggest.ts';
import { helpText, verbHelp } from '../../src/command/usage.ts';
import { VERBS } from '../../src/command/verbs.ts';
import { wordsOf } from '../../src/command/words.ts';
import { Failure } from '../../src/failure.ts';

/** As a shell hands it over. */
const argvOf = (line: string): readonly string[] => {
  const read = readArgv(line);
  return 'argv' in read ? read.argv : [];
};
const typed = (text: string) => readCommand(wordsOf(text), 'chat');
const refusal = (text: string): string => {
  try {
    typed(text);
  } catch (error) {
    if (error instanceof Failure) return `${error.message} ${error.hint}`;
    throw error;
  }
  return 'understood';
};

describe('the grammar', () => {
  it.each([
    ['capture payments-svc', 30_000, 'one'],
    ['capture payments-svc for 60s', 60_000, 'one'],
    ['capture payments-svc for 60 s', 60_000, 'one'],
    ['capture payments-svc 2m', 120_000, 'one'],
    ['capture payments-svc --for 45s', 45_000, 'one'],
    ['capture payments-svc --for=1m30s', 90_000, 'one'],
    ['capture payments-svc —for 10s', 10_000, 'one'],
    ['capture payments-svc –all', 30_000, 'all'],
    ['CAPTURE payments-svc --all --for 10', 10_000, 'all'],
    ['cap “payments-svc”', 30_000, 'one'],
    ['capture payments-svc --instance payments-svc-2', 30_000, ['payments-svc-2']],
    ['capture payments-svc --instance a --instance b,a', 30_000, ['a', 'b']],
  ])('understands "%s"', (text, windowMs, instances) => {
    expect(typed(text)).toMatchObject({ kind: 'capture', target: 'payments-svc', windowMs, instances });
  });

  it.each([
    ['digest payments-svc', { of: 'payments-svc', what: 'show' }],
    ['digest ALL now', { of: 'all', what: 'now' }],
    ['digest payments-svc Preview', { of: 'payments-svc', what: 'preview' }],
    ['digest payments-svc off', { of: 'payments-svc', what: 'off' }],
    ['digest all at 9:00', { of: 'all', what: 'at', time: '09:00', zone: 'UTC' }],
    ['digest all at 17.30 Europe/Berlin', { of: 'all', what: 'at', time: '17:30', zone: 'Europe/Berlin' }],
  ])('understands "%s"', (text, command) => {
    expect(typed(text)).toEqual({ kind: 'digest', ...command });
  });

  it.each([
    ['digest', 'digest needs the name of a service, or all.'],
    ['digest payments-svc soon', '"soon" is not something a digest does.'],
    ['digest payments-svc now please', '"now" is not something a digest does.'],
    ['digest payments-svc at noon', '"noon" is not a time such as 09:00 Europe/Berlin.'],
    ['digest payments-svc at 25:00', '"25:00" is not a time'],
    ['digest payments-svc at 09:00 Europe/Berlin daily', '"09:00 Europe/Berlin daily" is not a time'],
    ['capture', 'capture needs the name of a service.'],
    ['capture payments-svc for ages', '"ages" is not a length of time.'],
    ['capture payments-svc ledger-svc for 2s', '"ledger-svc" is one word too many'],
    ['capture payments-svc for', 'for needs a length of time, such as 30s'],
    ['capture payments-svc --for 10s ledger-svc', '"ledger-svc" is one word too many'],
    ['capture payments-svc for 500ms', 'A window of 500 ms is outside 1 s to 15 m 00 s.'],
    ['capture payments-svc --kinds soul', '"soul" is not a kind'],
    ['capture payments-svc --al', '--al is not a flag of capture, perhaps --all is meant.'],
    ['capture payments-svc --kind heap', '--kind is not a flag of capture, perhaps --kinds is meant.'],
    ['capture payments-svc --instance', '--instance needs a value.'],
    ['capture payments-svc --instance --all', '--instance needs a value.'],
    ['capture payments-svc --instance ,', '--instance needs the name of an instance.'],
    ['capture payments-svc --kinds=', '--kinds needs a value.'],
    ['services --all', '--all is not a flag of services.'],
    ['captur payments-svc', '"captur" is not a command. Did you mean `capture`?'],
    ['xyzzy', '"xyzzy" is not a command. Try `help`'],
    ['analyze file.txt', '`analyze` is for a terminal'],
    ['selftest', 'Run `goleak selftest [--replay] [--save DIR]` there; here, `capture <service>` looks'],
    ['compare a b', '`diff` is for a terminal'],
  ])('refuses "%s" with a next step', (text, words) => {
    expect(refusal(text)).toContain(words);
  });

  it('reads kinds by name, singular or plural', () => {
    expect(typed('capture a --kinds goroutines,heap')).toMatchObject({ kinds: ['goroutine', 'heap'] });
    expect(typed('capture a --kinds goroutine,heap,traces')).toMatchObject({
      kinds: ['goroutine', 'heap', 'trace'],
      windowMs: 30_000,
    });
  });

  it('takes no window for a trace alone, unless one is named, and no trace that is not named', () => {
    expect(typed('capture a --kinds trace')).toMatchObject({ kinds: ['trace'], windowMs: 0 });
    expect(typed('capture a for 10s --kinds trace')).toMatchObject({ windowMs: 10_000 });
    expect(typed('capture a')).toMatchObject({ kinds: ['goroutine', 'heap', 'memstats'] });
  });

  it('takes a bare mention as a cry for help', () => {
    expect(typed('   ')).toEqual({ kind: 'help' });
  });

  it('refuses a pasted novel before reading it', () => {
    expect(refusal('a '.repeat(5_000))).toContain('longer than a command');
  });
});

describe('help', () => {
  it('is made from the same table and names every verb of its door', () => {
    const text = helpText('terminal', 'goleak');
    for (const { verb, doors } of VERBS) expect(text.includes(`  ${verb} `)).toBe(doors.includes('terminal'));
  });

  it.each(['capture -h', 'capture --help', 'cap x -h'])('is what "%s" asks for', (text) => {
    expect(typed(text)).toMatchObject({ kind: 'help', verb: expect.stringMatching(/^cap/) });
  });

  it('lists the flags that every command of a terminal takes', () => {
    expect(helpText('terminal', 'goleak')).toMatch(/^ {2}--json .*\n {2}-h, --help /m);
    expect(helpText('chat', '/goleak')).not.toContain('--json');
  });

  it('knows what was meant by the name of a command that is none', () => {
    expect(unknownVerb('captur', 'terminal').hint).toBe('Did you mean `capture`?');
    expect(unknownVerb('show', 'chat').message).toContain('is for a terminal');
  });

  it('shows one verb in full, by alias too', () => {
    expect(verbHelp('cap', 'chat', '/goleak')).toContain('/goleak capture <service>');
    expect(verbHelp('nonsense', 'chat', '/goleak')).toBeUndefined();
  });

  it('gives examples that the grammar understands', () => {
    for (const verb of VERBS) {
      for (const example of verb.examples) {
        const door = verb.doors.includes('chat') ? 'chat' : 'terminal';
        const words = door === 'chat' ? wordsOf(example) : argvOf(example);
        expect(readCommand(words, door).kind).toBe(verb.verb);
      }
    }
  });
});

describe('did you mean', () => {
  it.each([
    ['paymets-svc', 'payments-svc'],
    ['payments', 'payments-svc'],
    ['legder-svc', 'ledger-svc'],
    ['something-else', undefined],
  ])('%s -> %s', (word, expected) => {
    expect(suggest(word, ['payments-svc', 'ledger-svc'])).toBe(expected);
  });
});
