// Credentials of twenty shapes, drawn from a seed: none of them is anybody's, and none stands in this file in the shape
// that scanners of repositories look for. Each carries the mark, so that one search finds whatever got out.
import { Random } from '../fuzz/random.ts';

export const MARK = 'QZ7X';

const UPPER = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789';
const ALL = `${UPPER}abcdefghijklmnopqrstuvwxyz`;

type Draw = (length: number, from?: string) => string;

/** Twenty shapes. Pieces are joined here and nowhere else. */
const SHAPES: Readonly<Record<string, (draw: Draw) => string>> = {
  'a private key': (draw) => {
    const [begin, end] = ['BEGIN', 'END'].map((word) => `-----${word} RSA PRIVATE KEY-----`);
    return `${begin}\n${draw(64)}\n${draw(64)}\n${end}`;
  },
  'a bot token of Slack': (draw) => ['xoxb', draw(11), draw(24)].join('-'),
  'a user token of Slack': (draw) => ['xoxp', draw(11), draw(24)].join('-'),
  'an app token of Slack': (draw) => ['xapp', '1', draw(11), draw(40)].join('-'),
  'a webhook of Slack': (draw) => `https://hooks.slack.com/${['services', draw(9), draw(24)].join('/')}`,
  'a bearer token': (draw) => `Authorization: ${['Bearer', draw(40)].join(' ')}`,
  'basic authorization': (draw) => ['Basic', draw(36)].join(' '),
  'a JWT': (draw) => [`eyJ${draw(30)}`, draw(60), draw(43)].join('.'),
  'a key of AWS': (draw) => `AKIA${draw(16, UPPER)}`,
  'a temporary key of AWS': (draw) => `ASIA${draw(16, UPPER)}`,
  'a key of Google': (draw) => `AIza${draw(35)}`,
  'a token of GitHub': (draw) => ['ghp', draw(36)].join('_'),
  'a fine-grained token of GitHub': (draw) => ['github_pat', draw(22), draw(59)].join('_'),
  'a token of GitLab': (draw) => `glpat-${draw(20)}`,
  'a key of Stripe': (draw) => ['sk', 'live', draw(24)].join('_'),
  'a password in a URL': (draw) => `postgres://ledger:${draw(18)}@db.internal:5432/ledger`,
  'a token in a URL': (draw) => `https://${draw(30)}@git.internal/acme/ledger`,
  'a password by name': (draw) => `password=${draw(20)}`,
  'a key by name in JSON': (draw) => `{"api_key": "${draw(32)}"}`,
  'a DSN of MySQL': (draw) => `ledger:${draw(18)}@tcp(db.internal:3306)/ledger`,
};

export interface Planted {
  readonly shape: string;
  readonly text: string;
}

/** So many of each shape, mixed: one shape after the other. */
export function plantedSecrets(seed: number, each: number): Planted[] {
  const random = new Random(seed, 0);
  const draw: Draw = (length, from = ALL) =>
    MARK + Array.from({ length: length - MARK.length }, () => from[random.below(from.length)]).join('');
  return Array.from({ length: each }, () =>
    Object.entries(SHAPES).map(([shape, write]) => ({ shape, text: write(draw) })),
  ).flat();
}
