// Ten thousand ways to write, resolve and redirect to an address, with where each of them may lead: to a service, or
// nowhere. What is known of a form is known from how it was made, not from the code under test.
import type { Random } from '../fuzz/random.ts';

export interface AddressForm {
  /** What it is, for the message of a failing test. */
  readonly what: string;
  /** As it stands in a registration. */
  readonly url: string;
  /** What the resolver says, call by call; the last one stays. */
  readonly answers: readonly (readonly string[])[];
  /** What the service answers, if it is reached. */
  readonly reply: string;
  /** The only addresses that may be connected to; empty when nothing may. */
  readonly leadsTo: readonly string[];
}

type Octets = readonly [number, number, number, number];

const FINE4: readonly Octets[] = [
  [10, 0, 0, 7],
  [192, 168, 1, 9],
  [172, 16, 30, 3],
  [93, 184, 216, 34],
  [100, 64, 3, 4],
];
const FINE6 = ['fd12:3456::7', '2600:1f18::9'];
const FORBIDDEN4: readonly Octets[] = [
  [169, 254, 169, 254],
  [169, 254, 1, 2],
  [100, 100, 100, 200],
  [168, 63, 129, 16],
  [192, 0, 0, 192],
  [0, 0, 0, 0],
  [0, 1, 2, 3],
  [224, 0, 0, 1],
  [239, 255, 255, 250],
  [240, 0, 0, 1],
  [255, 255, 255, 255],
];
const LOOPBACK4: readonly Octets[] = [
  [127, 0, 0, 1],
  [127, 1, 2, 3],
  [127, 255, 255, 254],
];
const FORBIDDEN6 = [
  'fe80::1',
  'febf::9',
  'fd00:ec2::254',
  'fd20:ce::254',
  'ff02::1',
  'ff05::2',
  '::',
  '64:ff9b:1::7f00:1',
];
const NONSENSE = [
  '0177.0.0.1',
  '127.1',
  '2130706433',
  '0x7f000001',
  'localhost',
  '',
  '::1%lo',
  'fe80::1%eth0',
  '[::1]',
  '127.0.0.1 ',
];

export const FINE: ReadonlySet<string> = new Set([...FINE4.map(dotted), ...FINE6]);
const OK = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok';

/** @param canary port of the listener nothing may reach */
export function anyForm(random: Random, nth: number, canary: number): AddressForm {
  return random.pick([literal, name, name, structure, redirect])(random, nth, canary);
}

function dotted(octets: Octets): string {
  return octets.join('.');
}

const hex = (value: number, digits = 0): string => value.toString(16).padStart(digits, '0');
const octal = (value: number): string => `0${value.toString(8)}`;
const whole = ([a, b, c, d]: Octets): number => ((a * 256 + b) * 256 + c) * 256 + d;
const pairs = ([a, b, c, d]: Octets): string => `${hex(a * 256 + b)}:${hex(c * 256 + d)}`;
const fullwidth = (text: string): string =>
  text.replace(/[0-9a-z]/g, (char) => String.fromCodePoint((char.codePointAt(0) ?? 0) + 0xfee0));

/** IPv4 in every notation a URL parser takes. */
const NOTATIONS: Readonly<Record<string, (octets: Octets) => string>> = {
  decimal: (octets) => String(whole(octets)),
  hexadecimal: (octets) => `0x${hex(whole(octets))}`,
  'upper hexadecimal': (octets) => `0X${hex(whole(octets)).toUpperCase()}`,
  octal: (octets) => octal(whole(octets)),
  'dotted octal': (octets) => octets.map(octal).join('.'),
  'dotted hexadecimal': (octets) => octets.map((octet) => `0x${hex(octet)}`).join('.'),
  mixed: ([a, b, c, d]) => `0x${hex(a)}.${b}.${octal(c)}.${d}`,
  'short, three parts': ([a, b, c, d]) => `${a}.${b}.${c * 256 + d}`,
  'short, two parts': ([a, b, c, d]) => `${a}.${(b * 256 + c) * 256 + d}`,
  fullwidth: (octets) => fullwidth(dotted(octets)),
  'fullwidth decimal': (octets) => fullwidth(String(whole(octets))),
  'ideographic dots': (octets) => octets.join('。'),
  'dot at the end': (octets) => `${dotted(octets)}.`,
  'many zeros': ([a, b, c, d]) => `0x0000000000${hex(a)}.${b}.${c}.${d}`,
  'percent signs': (octets) => dotted(octets).replace(/\d/, (digit) => `%3${digit}`),
};

/** IPv4 inside IPv6. */
const WRAPPINGS: Readonly<Record<string, (octets: Octets) => string>> = {
  mapped: (octets) => `::ffff:${pairs(octets)}`,
  'mapped, dotted': (octets) => `::ffff:${dotted(octets)}`,
  'mapped, in full': (octets) => `0:0:0:0:0:FFFF:${pairs(octets)}`,
  NAT64: (octets) => `64:ff9b::${pairs(octets)}`,
  'NAT64, dotted': (octets) => `64:ff9b::${dotted(octets)}`,
  '6to4': (octets) => `2002:${pairs(octets)}::1`,
  Teredo: ([a, b, c, d]) => `2001:0:5ef5:79fd:0:0:${pairs([255 - a, 255 - b, 255 - c, 255 - d])}`,
  translated: (octets) => `::ffff:0:${pairs(octets)}`,
  ISATAP: (octets) => `2600:1f18::5efe:${pairs(octets)}`,
  'ISATAP, global': (octets) => `2600:1f18::200:5efe:${pairs(octets)}`,
};

const scheme = (random: Random): string => (random.chance(1, 4) ? 'https' : 'http');

function literal(random: Random, _nth: number, canary: number): AddressForm {
  const about = { answers: [], reply: OK };
  if (random.chance(1, 3)) {
    const octets = random.pick([...FORBIDDEN4, ...LOOPBACK4]);
    const wrapping = random.pick(Object.keys(WRAPPINGS));
    const host = WRAPPINGS[wrapping]?.(octets) ?? '';
    return {
      ...about,
      what: `${wrapping} ${dotted(octets)}`,
      url: `${scheme(random)}://[${host}]:${canary}`,
      leadsTo: [],
    };
  }
  if (random.chance(1, 6)) {
    const host = random.pick([...FORBIDDEN6, ...FINE6]);
    return {
      ...about,
      what: 'IPv6',
      url: `${scheme(random)}://[${host}]:${canary}`,
      leadsTo: FINE6.includes(host) ? [host] : [],
    };
  }
  const octets = random.pick([...FORBIDDEN4, ...LOOPBACK4, ...FINE4]);
  const notation = random.pick(Object.keys(NOTATIONS));
  const host = NOTATIONS[notation]?.(octets) ?? '';
  const isFine = FINE4.includes(octets) && notation !== 'percent signs';
  return {
    ...about,
    what: `${notation} ${dotted(octets)}`,
    url: `${scheme(random)}://${host}:${canary}`,
    leadsTo: isFine ? [dotted(octets)] : [],
  };
}

const NAMES = [
  'payments-%.internal',
  'PAYMENTS-%.Internal',
  'payments-%.internal.',
  'localhost.',
  '%.localhost',
  'localhost.localdomain',
  '127.0.0.1.nip-%.example',
  'shop-%.xn--bcher-kva.example',
  'zahlung-ä-%.example',
];

/** A name whose answers are mixed, change, or are no addresses. */
function name(random: Random, nth: number, canary: number): AddressForm {
  const host = random.pick(NAMES).replace('%', String(nth));
  const bad = (): string =>
    random.pick([
      dotted(random.pick(FORBIDDEN4)),
      dotted(random.pick(LOOPBACK4)),
      random.pick(FORBIDDEN6),
      '::1',
      random.pick(NONSENSE),
      random.pick(Object.values(WRAPPINGS))(random.pick([...FORBIDDEN4, ...LOOPBACK4])),
    ]);
  const fine = (): string => random.pick([...FINE]);
  const few = (make: () => string): string[] => Array.from({ length: 1 + random.below(4) }, make);
  const url = `${scheme(random)}://${host}:${canary}`;
  const shapes: Readonly<Record<string, () => Pick<AddressForm, 'answers' | 'leadsTo'>>> = {
    'one bad address': () => ({ answers: [[bad()]], leadsTo: [] }),
    none: () => ({ answers: [[]], leadsTo: [] }),
    'good ones': () => {
      const answer = few(fine);
      return { answers: [answer], leadsTo: answer };
    },
    'good ones and a bad one': () => {
      const answer = few(fine);
      answer.splice(random.below(answer.length + 1), 0, bad());
      return { answers: [answer], leadsTo: [] };
    },
    'good, then bad': () => {
      const answer = few(fine);
      return { answers: [answer, few(bad)], leadsTo: answer };
    },
    'bad, then good': () => ({ answers: [few(bad), few(fine)], leadsTo: [] }),
  };
  const what = random.pick(Object.keys(shapes));
  return { what: `name: ${what}`, url, reply: OK, ...(shapes[what]?.() ?? { answers: [], leadsTo: [] }) };
}

/** URLs that say one thing to one reader and another to the next. */
function structure(random: Random, nth: number, canary: number): AddressForm {
  const good = dotted(random.pick(FINE4));
  const loop = `127.0.0.1:${canary}`;
  const nowhere = [
    `http://${good}@${loop}`,
    `http://user:password@${loop}`,
    `http://${good}:80@${loop}`,
    `http://${good}%2f@${loop}`,
    `http://@${loop}`,
    `http://${good}\\@${loop}`,
    `http:\\\\${loop}`,
    `http:/${loop}`,
    `http:${loop}`,
    `http:///${loop}`,
    ` http://${loop}`,
    `http://127.0.\t0.1:${canary}`,
    `http://127.0.\n0.1:${canary}`,
    `http://[::1%25lo]:${canary}`,
    `http://[::1%lo]:${canary}`,
    `http://[v1.${nth}]:${canary}`,
    `http://0:${canary}`,
    `http://:${canary}`,
    'http://',
    `//${loop}`,
    loop,
    `file:///etc/passwd?${nth}`,
    `ftp://${loop}`,
    `gopher://${loop}`,
    `ws://${loop}`,
    `wss://${loop}`,
    `dict://${loop}`,
    `ldap://${loop}`,
    `javascript:fetch("http://${loop}")`,
    `data:text/html,${nth}`,
    'unix:/run/docker.sock',
    'http+unix://%2Frun%2Fdocker.sock',
    'http://unix:/run/docker.sock:/debug',
    `blob:http://${loop}`,
    `http://${loop.replace(':', ':99999')}`,
  ];
  const there = [
    `http://${good}#@${loop}`,
    `http://${good}?@${loop}`,
    `http://${good}/@${loop}`,
    `HTTP://${good}`,
  ];
  const isThere = random.chance(1, 5);
  const url = random.pick(isThere ? there : nowhere);
  return {
    what: 'structure',
    url,
    answers: [[dotted(random.pick(LOOPBACK4))]],
    reply: OK,
    leadsTo: isThere ? [good] : [],
  };
}

/** A service that is what it should be, and sends whoever asks elsewhere. */
function redirect(random: Random, nth: number, canary: number): AddressForm {
  const answer = [random.pick([...FINE])];
  const to = random.pick([
    `http://127.0.0.1:${canary}/debug/pprof/`,
    `http://localhost:${canary}/`,
    `http://2130706433:${canary}/`,
    `//127.0.0.1:${canary}/`,
    `http://[::1]:${canary}/`,
    'http://169.254.169.254/latest/meta-data/',
    `https://127.0.0.1:${canary}/`,
    'file:///etc/passwd',
    'unix:/run/docker.sock',
    `http://user:password@127.0.0.1:${canary}/`,
    '/debug/pprof/',
    '/debug/pprof/cmdline',
  ]);
  const status = random.pick([300, 301, 302, 303, 305, 307, 308]);
  const reply = random.pick([
    `HTTP/1.1 ${status} Elsewhere\r\nLocation: ${to}\r\nContent-Length: 0\r\n\r\n`,
    `HTTP/1.1 ${status} Elsewhere\r\nLocation: ${to}\r\nLocation: ${to}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`,
    `HTTP/1.1 200 OK\r\nRefresh: 0; url=${to}\r\nContent-Length: 2\r\n\r\nok`,
    `HTTP/1.1 200 OK\r\nAlt-Svc: h2="127.0.0.1:${canary}"; ma=60\r\nContent-Length: 2\r\n\r\nok`,
    `HTTP/1.1 200 OK\r\nContent-Location: ${to}\r\nLink: <${to}>; rel=preload\r\nContent-Length: 2\r\n\r\nok`,
    `HTTP/1.1 407 Proxy\r\nProxy-Authenticate: Basic\r\nContent-Length: 0\r\n\r\n`,
    `HTTP/1.1 421 Misdirected\r\nLocation: ${to}\r\nContent-Length: 0\r\n\r\n`,
    `HTTP/1.1 101 Switching Protocols\r\nUpgrade: h2c\r\nConnection: upgrade\r\n\r\n`,
    `HTTP/1.1 103 Early Hints\r\nLink: <${to}>\r\n\r\nHTTP/1.1 ${status} Elsewhere\r\nLocation: ${to}\r\nContent-Length: 0\r\n\r\n`,
  ]);
  return {
    what: `redirect ${status}`,
    url: `${scheme(random)}://payments-${nth}.internal:${canary}`,
    answers: [answer],
    reply,
    leadsTo: answer,
  };
}
