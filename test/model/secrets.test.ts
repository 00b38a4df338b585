import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { redact, redactorOf } from '../../src/model/secrets.ts';

// Put together here, so that no scanner takes them for real ones.
const SECRET = 'q7Rt2Kx9Vb4Nw8Zm';
const PLANTED: readonly (readonly [string, string])[] = [
  ['a bot token', `xoxb-12345-${SECRET}`],
  ['a rotated token', `xoxe.xoxp-1-${SECRET}`],
  ['an app token', `xapp-1-A0-${SECRET}`],
  ['a webhook', `https://hooks.slack.com/services/T0/B0/${SECRET}`],
  ['a bearer', `Authorization: Bearer ${SECRET}`],
  ['basic credentials', `authorization: Basic ${SECRET}==`],
  ['a JWT', `eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NSJ9.${SECRET}`],
  ['an AWS key', `AKIA${SECRET.toUpperCase()}`],
  ['a Google key', `AIza${SECRET.repeat(3).slice(0, 35)}`],
  ['a GitHub token', `ghp_${SECRET}${SECRET}`],
  ['a fine-grained GitHub token', `github_pat_11A_${SECRET}${SECRET}`],
  ['a GitLab token', `glpat-${SECRET}${SECRET}`],
  ['a Stripe key', `sk_live_${SECRET}`],
  ['credentials in an address', `https://user:${SECRET}@host/`],
  ['a password without a user', `redis://:${SECRET}@redis:6379`],
  ['a token as a user', `https://${SECRET}@github.com/acme`],
  ['a password in a query', `postgres?password=${SECRET}&sslmode=off`],
  ['an API key in JSON', `{"api_key": "${SECRET}"}`],
  ['a secret in an environment', `CLIENT_SECRET = '${SECRET}'`],
  [
    'a private key',
    `-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\n\nMIIE${SECRET}+/\n${SECRET}=\n-----END RSA PRIVATE KEY-----`,
  ],
  ['a private key cut short', `-----BEGIN PRIVATE KEY-----\nMIIE${SECRET}`],
];

describe('redacting', () => {
  it.each(PLANTED)('takes out %s, as it is, in JSON and in JSON within JSON', (_what, planted) => {
    const text = `it said ${planted} and more.`;
    const inJson = JSON.stringify({ msg: text, level: 30 });
    const twice = JSON.stringify({ msg: inJson });
    for (const form of [text, inJson, twice]) {
      const clean = redact(form);
      expect(clean).toContain('[redacted]');
      expect(clean.toUpperCase()).not.toContain(SECRET.toUpperCase());
    }
    expect(JSON.parse(redact(inJson))).toMatchObject({ level: 30, msg: expect.stringMatching(/^it said /) });
    expect(() => JSON.parse(JSON.parse(redact(twice)).msg)).not.toThrow();
  });

  it.each([
    'auth: { token_env: PAYMENTS_PPROF_TOKEN }',
    'github.com/acme/payments/token.(*Cache).Get(0xc000123456)',
    'go/token.Pos:1234, tokens=12 secrets: 3',
    'http://10.0.0.7:6060/debug/pprof/goroutine?debug=2',
    'created by net/http.(*Server).Serve in goroutine 1',
    'Ask <@U012AB3CD> about basic auth; the bearer is late.',
    '2026-11-26T11:04:57.000Z mail to oncall@example.com',
  ])('leaves alone: %s', (innocent) => expect(redact(innocent)).toBe(innocent));

  it('takes out known values in each form they are written in', () => {
    const value = 'p"ss wörd/9+x';
    const clean = redactorOf([value, 'short']);
    const forms = [
      value,
      JSON.stringify(value),
      encodeURIComponent(value),
      Buffer.from(value).toString('base64'),
    ];
    for (const form of forms) expect(clean(`a ${form} z`)).toMatch(/^a "?\[redacted\]"?\S{0,6} z$/);
    expect(clean('in short')).toBe('in short');
  });

  it('learns values that become known later', () => {
    const secrets: string[] = [];
    const clean = redactorOf(secrets);
    expect(clean('0123456789abcdef')).toBe('0123456789abcdef');
    secrets.push('0123456789abcdef');
    expect(clean('0123456789abcdef')).toBe('[redacted]');
  });

  it('leaves JSON that it is given JSON', () => {
    const piece = fc.oneof(fc.string(), fc.constantFrom(...PLANTED.map(([, planted]) => planted)));
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.array(piece)), (fields) => {
        expect(() => JSON.parse(redact(JSON.stringify(fields)))).not.toThrow();
      }),
    );
  });
});
