import { describe, expect, it } from 'vitest';
import { hasSecretShape, isSecretName } from '../../src/capture/secrets.ts';
import { withoutSecrets } from '../../src/capture/vars.ts';
import { Random } from '../fuzz/random.ts';

const keptOf = (vars: unknown): unknown => {
  const kept = withoutSecrets(Buffer.from(JSON.stringify(vars)));
  return kept && JSON.parse(Buffer.from(kept).toString());
};

describe('/debug/vars before it is kept', () => {
  it('keeps numbers and memstats, and drops the command line and every string', () => {
    const vars = {
      cmdline: ['/srv/payments', '--dsn=postgres://u:hunter2@db/x'],
      memstats: { HeapAlloc: 1, PauseNs: [3, 4], BySize: [{ Size: 8, Mallocs: 2 }], EnableGC: true },
      connections: 7,
      build: { token: 'abc', number: 12 },
      secret: 'hunter2',
      peers: ['10.0.0.1'],
    };
    expect(keptOf(vars)).toEqual({
      memstats: { HeapAlloc: 1, PauseNs: [3, 4], BySize: [{ Size: 8, Mallocs: 2 }] },
      connections: 7,
      build: { number: 12 },
    });
  });

  it('keeps no string that hides in memstats', () => {
    expect(
      keptOf({ memstats: { HeapAlloc: 1, note: 'hunter2', BySize: ['hunter2', { hunter: 'x' }] } }),
    ).toEqual({
      memstats: { HeapAlloc: 1, BySize: [] },
    });
  });

  it('keeps no number whose name says that it is a secret, and no name that is one', () => {
    const vars = {
      memstats: { HeapAlloc: 1 },
      db_password: 13_371_337,
      otp: 424_242,
      password_resets: 4,
      cookies: 9,
      by_dsn: { 'postgres://ledger:hunter2@db/ledger': 3, 'db.internal': 5 },
      'hits for AKIAIOSFODNN7EXAMPLE': 1,
    };
    expect(keptOf(vars)).toEqual({
      memstats: { HeapAlloc: 1 },
      password_resets: 4,
      cookies: 9,
      by_dsn: { 'db.internal': 5 },
    });
  });

  it.each(['', 'not json', '[]', '{"memstats":null}', '{"a":1}'])('is refused when it is %j', (text) => {
    expect(withoutSecrets(Buffer.from(text))).toBeUndefined();
  });

  it('takes a megabyte of nonsense without a stack as deep', () => {
    const deep = `{"memstats":{"HeapAlloc":1},"x":${'{"y":'.repeat(5_000)}1${'}'.repeat(5_000)}}`;
    expect(withoutSecrets(Buffer.from(deep))).toBeDefined();
  });
});

const LETTERS = 'abcdefghijklmnopqrstuvwxyz';
const ALPHABETS: Readonly<Record<string, string>> = {
  hexadecimal: '0123456789abcdef',
  base64: `${LETTERS}${LETTERS.toUpperCase()}0123456789+/`,
  base64url: `${LETTERS}${LETTERS.toUpperCase()}0123456789-_`,
  'letters and digits': `${LETTERS}${LETTERS.toUpperCase()}0123456789`,
};

describe('a name drawn at random', () => {
  it.each(Object.entries(ALPHABETS))('is taken for a secret: %s', (_what, alphabet) => {
    const random = new Random(7, 1);
    const drawn = Array.from({ length: 500 }, () =>
      Array.from({ length: 32 + random.below(32) }, () => alphabet[random.below(alphabet.length)]).join(''),
    );
    const passed = drawn.filter((word) => !hasSecretShape(`calls ${word}`));
    // What has a slash every few characters cannot be told from a path.
    expect(passed.length / drawn.length, passed.slice(0, 5).join(' ')).toBeLessThanOrEqual(0.02);
  });
});

/** Ten thousand names as services publish them. */
function ordinaryNames(): string[] {
  const services = [
    'payments-svc',
    'ledger',
    'checkout',
    'catalog-indexer',
    'notifications',
    'user-sessions',
  ];
  const nouns = [
    'requests',
    'errors',
    'in_flight',
    'latency_p99_ms',
    'retries',
    'cache.hits',
    'queueDepth',
    'openConnections',
  ];
  const keyed = [
    'password_resets',
    'tokens_issued',
    'secrets_rotated_total',
    'api_keys',
    'auth.failures',
    'cookies',
    'token_bucket_size',
    'authorizationLatency',
    'passkeys',
  ];
  const places = ['eu-west-1', 'us-east-2', 'ap-southeast-1'];
  const names: string[] = [];
  for (let nth = 0; nth < 1_000; nth++) {
    const service = services[nth % services.length] ?? '';
    const noun = nouns[nth % nouns.length] ?? '';
    const hash = (((nth + 1) * 2_654_435_761) % 4_294_967_296).toString(16).padStart(8, '0');
    names.push(
      `${service}.${noun}`,
      `${keyed[nth % keyed.length]}_${nth}`,
      keyed[nth % keyed.length] ?? '',
      `GET /api/v${1 + (nth % 3)}/accounts/${nth}/charges`,
      `POST /${service}/${noun}/${20_000 + nth}`,
      `10.${nth % 250}.${nth % 31}.${nth % 199}:9${nth % 1000}`,
      `shard-${nth}.replica-${nth % 3}.${places[nth % 3]}`,
      `${service}-${hash.slice(0, 8)}${'bcdfghjkl'[nth % 9]}${nth % 10}-x${nth % 9}k${nth % 7}q`,
      `github.com/acme/${service}/internal/store.(*Cache).Get`,
      `${hash}-4ab${nth % 10}-4cde-8f01-23456789${hash.slice(0, 4)}`,
      `kafka.topic.${service}.partition.${nth}.consumerLagRecords`,
      `v1.${nth % 40}.${nth % 9}+build${20_260_000 + nth}`,
      `histogram.${noun}.le.${nth / 10}`,
      `2026-11-${10 + (nth % 20)}T${10 + (nth % 14)}:00:00Z`,
    );
  }
  return names;
}

it('takes at most one ordinary name in a thousand for a secret', () => {
  const names = ordinaryNames();
  const mistaken = names.filter((name) => hasSecretShape(name) || isSecretName(name));
  expect(names.length).toBeGreaterThan(10_000);
  expect(mistaken.length / names.length, mistaken.slice(0, 5).join(' | ')).toBeLessThanOrEqual(0.001);
  const kept = keptOf({
    memstats: { HeapAlloc: 1 },
    by: Object.fromEntries(names.slice(0, 400).map((name, at) => [name, at])),
  });
  const distinct = new Set(names.slice(0, 400));
  expect(Object.keys((kept as { by: object }).by)).toHaveLength(distinct.size);
});
