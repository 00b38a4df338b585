import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readView } from '../../demo/workspace/methods/views.ts';
import { captureForm, readCaptureForm } from '../../src/forms/capture.ts';
import { digestForm, readDigestForm } from '../../src/forms/digest.ts';
import { agoWords } from '../../src/home/ago.ts';
import { whenWords } from '../../src/home/below.ts';
import type { HomeFacts, HomeService } from '../../src/home/facts.ts';
import { homeView, refusedHome, SERVICES_PER_PAGE } from '../../src/home/home.ts';
import { isFound, stateIn } from '../../src/home/state.ts';
import { VERDICT_KINDS } from '../../src/model/verdict.ts';

const NOW_MS = Date.UTC(2026, 10, 26, 12);

function service(name: string, about: Partial<HomeService> = {}): HomeService {
  return {
    name,
    instances: 2,
    may: 'all',
    isWatched: false,
    isAccepted: false,
    isUntouchable: false,
    ...about,
  };
}

function facts(about: Partial<HomeFacts> = {}): HomeFacts {
  const services = about.services ?? [service('payments-svc')];
  return {
    nowMs: NOW_MS,
    state: { query: '', page: 0 },
    services,
    found: services.length,
    visible: services.length,
    mayCapture: services.length,
    digests: [],
    recent: [],
    proposals: [],
    viewer: { isAdmin: false, maySetDigests: true, mayStop: true, isGuest: false },
    ...about,
  };
}

/** Everything a person could read in it. */
const said = (view: object): string => JSON.stringify(view);

/** What is shown as markup; the search holds what was typed, as it was typed. */
function shown(value: unknown): string {
  if (Array.isArray(value)) return value.map(shown).join('\n');
  if (typeof value !== 'object' || value === null) return '';
  const { type, text } = value as { type?: unknown; text?: unknown };
  return [type === 'mrkdwn' ? String(text) : '', ...Object.values(value).map(shown)].join('\n');
}

describe('the home tab', () => {
  it('says of each service how it stands, and offers what may be done about it', () => {
    const leak = {
      standing: 'sick' as const,
      days: [undefined, 1, 2, 4, 8],
      verdict: {
        atMs: NOW_MS - 7_200_000,
        reportId: 'r',
        kind: 'goroutine-leak' as const,
        tier: 'proven' as const,
        summary: 'goroutine leak: +40 a minute in `ledger.flush`',
        signatures: [],
      },
      memory: { nowBytes: 300 * 1024 * 1024 },
      limitBytes: 512 * 1024 * 1024,
    };
    const view = said(
      homeView(facts({ services: [service('payments-svc', { known: leak, owner: '@pay' })] })),
    );
    expect(view).toContain('▲ *`payments-svc`* ·▁▂▄█');
    expect(view).toContain('*goroutine leak, proven*, 2 h ago');
    expect(view).toContain('300 MiB of 512 MiB');
    expect(view).toContain('Capture payments-svc');
    expect(view).toContain('Watch payments-svc');
  });

  it('offers nothing that would be refused', () => {
    const view = said(
      homeView(
        facts({
          services: [service('a', { may: 'no' }), service('b', { isUntouchable: true })],
          mayCapture: 1,
        }),
      ),
    );
    expect(view).toContain('you may not capture it');
    expect(view).not.toContain('Watch a');
    expect(view).not.toContain('Capture b');
    expect(view).toContain('Capture 1 of the 2 services');
  });

  it('turns pages of five hundred services, and says where it is', () => {
    const services = Array.from({ length: SERVICES_PER_PAGE }, (_, at) => service(`svc-${at}`));
    const at = (page: number) =>
      said(homeView(facts({ services, found: 500, visible: 500, state: { query: '', page } })));
    expect(at(0)).toContain('1–10 of 500');
    expect(at(0)).not.toContain('Previous');
    expect(at(49)).toContain('491–500 of 500');
    expect(at(49)).not.toContain('Next');
    expect(at(7)).toContain('"value":"6"');
  });

  it('says why there is nothing for whoever may see nothing', () => {
    const view = refusedHome('Guests of this workspace may not look.', 'Ask a full member.');
    expect(said(readView(view, 'home'))).toContain(
      'Guests of this workspace may not look. Ask a full member.',
    );
  });

  it('is a view that Slack takes, whatever names, summaries and notices hold', () => {
    const hostile = fc.oneof(
      fc.string({ maxLength: 1_000, unit: 'grapheme' }),
      fc.constantFrom('<!channel> `*_~', '\u202e\u0000</script>', '🦆'.repeat(500), '<https://evil|x>'),
    );
    const known = fc.record({
      standing: fc.constantFrom('sick', 'unclear', 'recovered', 'well'),
      days: fc.array(fc.option(fc.double({ min: 0, max: 1e12, noNaN: true }), { nil: undefined }), {
        maxLength: 14,
      }),
      verdict: fc.record({
        atMs: fc.integer({ min: 0, max: NOW_MS }),
        reportId: hostile,
        kind: fc.constantFrom(...VERDICT_KINDS),
        summary: hostile,
        signatures: fc.constant([]),
      }),
    });
    const any = fc.record({
      name: hostile,
      owner: hostile,
      instances: fc.nat(1_000),
      may: fc.constantFrom('all', 'light', 'no'),
      isWatched: fc.boolean(),
      isAccepted: fc.boolean(),
      isUntouchable: fc.boolean(),
      known,
    });
    const digest = fc.record({
      id: hostile,
      cron: hostile,
      zone: hostile,
      channel: hostile,
      nextMs: fc.nat(),
    });
    const recent = fc.record({
      service: hostile,
      atMs: fc.nat(),
      kind: fc.constantFrom(...VERDICT_KINDS),
      link: hostile,
    });
    fc.assert(
      fc.property(
        fc.array(any, { maxLength: SERVICES_PER_PAGE }),
        fc.array(digest, { maxLength: 40 }),
        fc.array(recent, { maxLength: 40 }),
        hostile,
        (services, digests, captures, query) => {
          const view = homeView(
            facts({
              services: services as HomeService[],
              digests,
              recent: captures,
              found: 500,
              visible: 500,
              state: { query: query.slice(0, 80), page: 3 },
            }),
          );
          const taken = readView(JSON.parse(JSON.stringify(view)), 'home');
          expect((taken.blocks as unknown[]).length).toBeLessThanOrEqual(100);
          expect(shown(taken)).not.toMatch(/<!channel>|<https:\/\/evil|\u202e/);
        },
      ),
      { numRuns: 60 },
    );
  });
});

describe('what Slack keeps of a home tab', () => {
  it.each([
    ['nothing', undefined],
    ['no JSON', '{"query"'],
    ['another shape', '[1]'],
    ['a page that is none', '{"query":"x","page":-1}'],
    ['a query that is none', '{"query":{"a":1},"page":"2e9"}'],
  ])('is a wish: of %s the first page remains', (_what, metadata) => {
    expect(stateIn(metadata).page).toBe(0);
    expect(typeof stateIn(metadata).query).toBe('string');
  });

  it('finds services by parts of their names and of their owners’', () => {
    const pay = { name: 'payments-svc', owner: '@Team-Ledger' };
    const isIn = (query: string) => isFound({ query, page: 0 }, pay);
    expect([isIn(''), isIn('ments'), isIn('ledger pay'), isIn('ledger web')]).toEqual([
      true,
      true,
      true,
      false,
    ]);
  });
});

it.each([
  ['0 9 * * *', 'every day at 09:00'],
  ['30 17 * * 1,5', 'Mon, Fri at 17:30'],
  ['0 9 1 * *', '0 9 1 * *'],
  ['0 9 * * 1-5', '0 9 * * 1-5'],
])('says %s as %s', (cron, words) => {
  expect(whenWords(cron)).toBe(words);
});

describe('forms', () => {
  const option = (value: string) => ({ answer: { selected_option: { value } } });

  it('are views that Slack takes', () => {
    readView(captureForm({}), 'modal');
    readView(captureForm({ service: 'payments-svc', channel: 'C0PAYMENTS', threadTs: '1.5' }), 'modal');
    readView(digestForm({ zone: 'UTC' }), 'modal');
    readView(digestForm({ id: 'all', zone: 'UTC', channel: 'C0PAYMENTS', cron: '0 9 * * 1' }), 'modal');
  });

  it('give the command somebody would have typed', () => {
    const answers = {
      service: { form_service: { selected_option: { value: 'payments-svc' } } },
      window: option('60000'),
      instances: option('all'),
      kinds: { answer: { selected_options: [{ value: 'heap' }, { value: 'nonsense' }] } },
      channel: { answer: { selected_conversation: 'C0PAYMENTS' } },
    };
    expect(readCaptureForm(answers, '')).toEqual({
      command: {
        kind: 'capture',
        target: 'payments-svc',
        instances: 'all',
        windowMs: 60_000,
        kinds: ['heap'],
      },
      channel: 'C0PAYMENTS',
    });
  });

  it('offer an execution trace, which is not ticked, and needs no window by itself', () => {
    const view = JSON.stringify(captureForm({}));
    expect(view.match(/"value":"trace"/g)).toHaveLength(1);
    expect(view.match(/"value":"heap"/g)).toHaveLength(2);
    const ticked = (...kinds: string[]) =>
      readCaptureForm(
        {
          window: option('60000'),
          kinds: { answer: { selected_options: kinds.map((value) => ({ value })) } },
        },
        '',
      ).command;
    expect(ticked('trace', 'heap')).toMatchObject({ kinds: ['heap', 'trace'], windowMs: 60_000 });
    expect(ticked('trace')).toMatchObject({ kinds: ['trace'], windowMs: 0 });
    expect(ticked()).toMatchObject({ kinds: ['goroutine', 'heap', 'memstats'] });
  });

  it('take what is no answer of theirs for none', () => {
    const { command, ...place } = readCaptureForm(
      {
        window: option('99999999'),
        service: { x: null },
        channel: { answer: { selected_conversation: '<!here>' } },
      },
      '{"channel":"C0PAYMENTS","threadTs":"../../x"}',
    );
    expect(place).toEqual({});
    expect(command).toMatchObject({ target: '', windowMs: 30_000, instances: 'one' });
    expect(readDigestForm({ time: { answer: { selected_time: '99:99' } } }, 'x').command).toMatchObject({
      what: 'at',
      time: '09:00',
    });
  });
});

it('says how old something is to one figure', () => {
  const ago = (seconds: number) => agoWords(NOW_MS - seconds * 1000, NOW_MS);
  expect([5, 125, 7_300, 90_000, 300_000].map(ago)).toEqual([
    'just now',
    '2 min ago',
    '2 h ago',
    '25 h ago',
    '3 days ago',
  ]);
});
