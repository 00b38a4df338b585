// An hour of alerts and incident channels of four services, as the doors get it: what is delivered, and when it happened.
export const MINUTE = 60_000;
export const T0 = Date.UTC(2026, 10, 26, 12);
export const ALERTS_CHANNEL = 'C0ALERTS00';

export type TapeEvent = { readonly atMs: number } & (
  | { readonly door: 'webhook'; readonly source: 'alertmanager' | 'uptime'; readonly body: unknown }
  | { readonly door: 'message'; readonly message: unknown }
  /** A channel is made then, and Slack says so. */
  | { readonly door: 'channel'; readonly name: string; readonly topic: string }
  | { readonly door: 'choice'; readonly name: string; readonly service: string }
);

const at = (minute: number): number => T0 + minute * MINUTE;
const time = (minute: number): string => new Date(at(minute)).toISOString();

function group(
  minute: number,
  alerts: readonly (readonly [name: string, service: string, from: number, to?: number | undefined])[],
): TapeEvent {
  return {
    door: 'webhook',
    source: 'alertmanager',
    atMs: at(minute),
    body: {
      version: '4',
      groupKey: `{}:{service="${alerts[0]?.[1]}"}`,
      status: alerts.some(([, , , to]) => to === undefined) ? 'firing' : 'resolved',
      alerts: alerts.map(([name, service, from, to]) => ({
        status: to === undefined ? 'firing' : 'resolved',
        labels: { alertname: name, service, severity: 'critical' },
        annotations: { summary: `${name} of ${service}` },
        startsAt: time(from),
        endsAt: to === undefined ? '0001-01-01T00:00:00Z' : time(to),
        fingerprint: `${name}-${service}`,
      })),
    },
  };
}

function said(minute: number, title: string): TapeEvent {
  const ts = `${Math.floor(at(minute) / 1000)}.000100`;
  return {
    door: 'message',
    atMs: at(minute),
    message: { ts, subtype: 'bot_message', attachments: [{ title }] },
  };
}

function storm(minute: number, from: number, to?: number): TapeEvent[] {
  return Array.from({ length: 15 }, (_, batch) =>
    group(
      minute + batch / 30,
      Array.from(
        { length: 20 },
        (_, n) => [`Pod${batch * 20 + n}`, 'search-svc', from + n / 60, to] as const,
      ),
    ),
  );
}

export function hourOfEvents(): readonly TapeEvent[] {
  return [
    group(2, [['GoHeapGrowing', 'payments-svc', 2]]),
    group(2, [['GoHeapGrowing', 'payments-svc', 2]]),
    { door: 'channel', atMs: at(6), name: 'inc-payments-oom', topic: 'payments-svc is out of memory' },
    group(9, [
      ['GoHeapGrowing', 'payments-svc', 2],
      ['Goroutines', 'payments-svc', 9],
    ]),
    {
      door: 'webhook',
      source: 'uptime',
      atMs: at(10),
      body: { title: 'Slow', state: 'DOWN', app: 'ledger-svc', since: at(10) / 1000 },
    },
    { door: 'channel', atMs: at(15), name: 'incident-shop', topic: '' },
    said(16, 'Triggered: [P2] Memory high on cart-svc'),
    { door: 'choice', atMs: at(20), name: 'incident-shop', service: 'cart-svc' },
    {
      door: 'webhook',
      source: 'uptime',
      atMs: at(24),
      body: { title: 'Slow', state: 'UP', app: 'ledger-svc', since: at(10) / 1000, until: at(24) / 1000 },
    },
    ...storm(30, 30),
    said(36, 'Recovered: [P2] Memory high on cart-svc'),
    group(42, [
      ['GoHeapGrowing', 'payments-svc', 2, 42],
      ['Goroutines', 'payments-svc', 9],
    ]),
    group(44, [
      ['GoHeapGrowing', 'payments-svc', 2, 42],
      ['Goroutines', 'payments-svc', 9, 44],
    ]),
    ...storm(50, 30, 50),
    group(58, [['Nobody', 'unregistered-svc', 58]]),
  ];
}

/** Whether a service leaks at a moment. */
export function leaksAt(service: string, atMs: number): boolean {
  return service === 'payments-svc' && atMs < at(41);
}

/** Small and seeded, so that a failing order can be played again. */
export function randomOf(seed: number): () => number {
  let state = seed * 2_654_435_761;
  return () => {
    state = (Math.imul(state ^ (state >>> 15), 2_246_822_519) + 0x9e3779b9) | 0;
    return ((state ^ (state >>> 13)) >>> 0) / 2 ** 32;
  };
}

/** 30 % of the deliveries come twice, and each up to four minutes late; with seed 0 all come once and at once. */
export function delivered(
  seed: number,
): readonly { readonly arrivesMs: number; readonly event: TapeEvent }[] {
  const random = randomOf(seed);
  const lateMs = () => (seed === 0 ? 0 : Math.floor(random() * 4 * MINUTE));
  return hourOfEvents()
    .flatMap((event) => [event, ...(seed !== 0 && random() < 0.3 ? [event] : [])])
    .map((event) => ({ arrivesMs: event.atMs + lateMs(), event }))
    .sort((a, b) => a.arrivesMs - b.arrivesMs);
}
