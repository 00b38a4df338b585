import { describe, expect, it } from 'vitest';
import { type Code, catalogue, explain, Failure } from '../src/failure.ts';

/** Facts that suit any entry; a secret among them must never be spoken by accident. */
const FACTS = {
  word: 'captur',
  suggestion: 'capture',
  what: 'The thing',
  usage: 'capture <service>',
  service: 'payments-svc',
  instance: 'payments-svc-1',
  known: ['payments-svc'],
  file: 'services.yml',
  faults: ['line 3: wrong'],
  how: 'Set it.',
  path: 'dump.txt',
  reason: 'no such file',
  url: '10.0.0.7:6060/debug/pprof/',
  seconds: 20,
  minutes: 17,
  status: 404,
  limit: '64 MiB',
  frees: '12:34 UTC, in 17 min',
  reasons: ['One did not answer.'],
  install: 'apt-get install redis-server',
  channel: 'C1',
  channels: ['payments-oncall'],
  method: 'chat.postMessage',
  error: 'not_allowed',
  id: '20261123-abc',
  verb: 'status',
  at: '12:31 UTC',
  because: 'it needed 2 s for its index page',
  look: 'It has 20 goroutines.',
  admins: ['U0ADMIN'],
  standing: 'guest',
  scope: 'users:read',
  isPending: true,
  days: 14,
  words: 'why?',
  isUnderWay: true,
  name: 'before.pb.gz',
  size: '1.2 GiB',
  count: 12,
  most: 10,
  field: 'address',
  flag: 'load',
  line: 'hey -z 10s http://localhost:8080',
  tail: 'connection refused',
};

describe('the catalogue of failures', () => {
  it.each(Object.keys(catalogue) as Code[])('%s speaks in two short, finished sentences', (code) => {
    const failure = new Failure(code, FACTS as never);
    expect(failure.message).toMatch(/[.!?]$/);
    expect(failure.hint).toMatch(/[.!?]$/);
    expect(failure.message.length + failure.hint.length).toBeLessThan(400);
    expect(`${failure.message}${failure.hint}`).not.toMatch(/undefined|\[object|NaN/);
    expect([1, 2, 3, 70]).toContain(failure.exit);
  });

  it('tells of an unknown error only its id', () => {
    const { what } = explain(new Error('token xoxb-123 refused'), 'job-7');
    expect(what).toBe('Something broke on our side (job-7).');
  });
});
