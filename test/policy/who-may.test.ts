import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseRegistry } from '../../src/config/registry.ts';
import type { Code } from '../../src/failure.ts';
import type { Service } from '../../src/model/target.ts';
import type { Admins, Person, Place, PlaceKind, Standing, Unknown } from '../../src/model/who.ts';
import { type About, type Action, whoMay, whoMayAll } from '../../src/policy/who-may.ts';

const NOT_NOW: Unknown = { unknown: 'not-now' };
const person = (standing: Standing | Unknown, about: Partial<Person> = {}): Person => ({
  id: 'U0SOMEBODY',
  standing,
  groups: [],
  ...about,
});
const NAMED = { id: 'U0NAMED' };
const ADMIN = { id: 'U0ADMIN' };
const ONCALL = { groups: ['S0ONCALL'] };

const PEOPLE: Readonly<Record<string, About['person']>> = {
  terminal: 'terminal',
  alert: 'automatic',
  admin: person('member', ADMIN),
  'admin-by-group': person('member', { groups: ['S0ADMINS'] }),
  'guest-as-admin': person('guest', ADMIN),
  'guest-in-admins': person('guest', { groups: ['S0ADMINS'] }),
  'admin-unsaid': person(NOT_NOW, ADMIN),
  member: person('member'),
  oncall: person('member', ONCALL),
  named: person('member', NAMED),
  'group-unsaid': person('member', { groupsUnknown: NOT_NOW }),
  'group-unscoped': person('member', {
    groupsUnknown: { unknown: 'no-scope', scope: 'usergroups:read' },
  }),
  guest: person('guest'),
  'guest-oncall': person('guest', ONCALL),
  'guest-named': person('guest', NAMED),
  'channel-guest': person('single-channel-guest'),
  'other-team': person('other-team'),
  'other-named': person('other-team', NAMED),
  stranger: person('stranger'),
  bot: person('bot'),
  'bot-named': person('bot', NAMED),
  gone: person('deactivated'),
  'gone-admin': person('deactivated', ADMIN),
  'gone-named': person('deactivated', NAMED),
  unsaid: person(NOT_NOW),
  'named-unsaid': person(NOT_NOW, NAMED),
  unscoped: person({ unknown: 'no-scope', scope: 'users:read' }),
};

const place = (kind: PlaceKind | Unknown, about: Partial<Place> = {}): Place => ({
  id: 'C0SOMEWHERE',
  kind,
  isMember: true,
  ...about,
});
const PLACES: Readonly<Record<string, Place>> = {
  public: place('public', { name: 'payments' }),
  private: place('private', { name: 'secret' }),
  dm: { id: 'D0SOMEBODY', kind: 'dm' },
  mpim: place('mpim', { name: 'mpdm-a--b--c-1' }),
  'org-shared': place('org-shared', { name: 'company' }),
  'ext-shared': place('ext-shared', { name: 'oncall' }),
  pending: place('pending-ext-shared', { name: 'oncall' }),
  'place-unsaid': { id: 'C0ONCALL', kind: NOT_NOW },
  'place-unscoped': { id: 'G0CROWD', kind: { unknown: 'no-scope', scope: 'mpim:read' } },
  'oncall-channel': place('public', { id: 'C0ONCALL', name: 'oncall' }),
  elsewhere: place('public', { isMember: false }),
};

const ACTIONS: Readonly<Record<string, Action>> = {
  light: 'capture-light',
  heavy: 'capture-heavy',
  all: 'all',
  agree: 'agree',
  force: 'force',
  stacks: 'full-stacks',
  stop: 'stop',
  resume: 'resume',
  cancel: 'cancel',
  own: 'cancel',
  look: 'look',
  audit: 'audit',
  accept: 'register',
  digest: 'digest',
  set: 'digest-set',
  ask: 'ask',
  rule: 'rule',
  every: 'rule-everywhere',
};

const WORDS: Partial<Readonly<Record<Code, string>>> = {
  person_refused: 'person',
  rule_refused: 'rule',
  admins_only: 'admins',
  automatic_refused: 'auto',
  place_refused: 'extern',
  channel_not_allowed: 'list',
  not_in_channel: 'absent',
  scope_missing: 'scope',
  person_unknown: 'who?',
  place_unknown: 'where?',
};
const NAMED_ADMINS: Admins = { users: ['U0ADMIN'], groups: ['S0ADMINS'] };
const NOBODY: Admins = { users: [], groups: [] };

interface Row {
  readonly section: string;
  readonly name: string;
  readonly rules: string;
  readonly admins: Admins;
  readonly cells: readonly { readonly column: string; readonly word: string }[];
}

const rows = readMatrix(readFileSync(new URL('./who-may.matrix.txt', import.meta.url), 'utf8'));
const cells = rows.flatMap((row) => row.cells.map((cell) => ({ ...row, ...cell })));
const byPlace = cells.filter(({ name }) => name in PLACES);

describe(`who may: ${cells.length} decisions, ${byPlace.length} of them by channel, rules and person`, () => {
  it.each(rows)('$section: $name', ({ name, rules, admins, cells: expected }) => {
    const service = serviceWith(rules);
    const decided = expected.map(({ column }) => wordFor(aboutOf(name, column, service, admins)));
    expect(Object.fromEntries(expected.map(({ column }, at) => [column, decided[at]]))).toEqual(
      Object.fromEntries(expected.map(({ column, word }) => [column, word])),
    );
  });

  it('leaves out no action, person, place or refusal', () => {
    expect(cells.length).toBeGreaterThanOrEqual(200);
    expect(byPlace.length).toBeGreaterThanOrEqual(36);
    const named = new Set(cells.flatMap(({ name, column }) => [name, column]));
    const known = [...Object.keys(PEOPLE), ...Object.keys(PLACES), ...Object.keys(ACTIONS)];
    expect(known.filter((word) => !named.has(word))).toEqual([]);
    const said = new Set(cells.map(({ word }) => word));
    expect([...said].sort()).toEqual([...Object.values(WORDS), 'yes', 'lite'].sort());
  });
});

describe('whatever the rules', () => {
  const ids = fc.subarray(['U0NAMED', 'U0OTHER']);
  const clause = fc.oneof(
    fc.constantFrom('everyone', 'admins'),
    fc.record({ users: ids, groups: fc.subarray(['S0ONCALL', 'S0ADMINS']) }),
    fc.record({ channels: fc.subarray(['payments', 'C0ONCALL'], { minLength: 1 }) }),
  );
  const ruled = fc.record(
    {
      light: clause,
      heavy: clause,
      external_channels: fc.boolean(),
      automatic: fc.constantFrom('none', 'light', 'heavy'),
    },
    { requiredKeys: [] },
  );
  const everywhere = fc.constantFrom(...Object.values(PLACES));
  const anything = fc.constantFrom(...new Set(Object.values(ACTIONS)));
  const groups = fc.subarray(['S0ONCALL', 'S0ADMINS']);

  it.each<[string, (Standing | Unknown)[]]>([
    [
      'guests, outsiders and bots whom nobody named',
      ['guest', 'single-channel-guest', 'other-team', 'stranger', 'bot'],
    ],
    ['leavers', ['deactivated']],
    ['those of whom Slack says nothing', [NOT_NOW, { unknown: 'no-scope', scope: 'users:read' }]],
  ])('%s may nothing but have explained what they see', (_, standings) => {
    fc.assert(
      fc.property(
        ruled,
        everywhere,
        anything,
        groups,
        fc.constantFrom(...standings),
        (who, where, action, member, standing) => {
          const about = {
            person: person(standing, { groups: member }),
            place: where,
            service: serviceWith(JSON.stringify({ who })),
            admins: NAMED_ADMINS,
          };
          const isLetIn = standing !== 'bot' && standing !== 'deactivated' && typeof standing === 'string';
          if (action !== 'ask' || !isLetIn) expect(whoMay(action, about).may).toBe('no');
        },
      ),
      { numRuns: 300 },
    );
  });

  it('of several actions the strictest answer counts', () => {
    const about = {
      person: PEOPLE.member ?? 'automatic',
      place: place('public'),
      service: serviceWith('{ who: { heavy: { groups: [S0ONCALL] } } }'),
      admins: NAMED_ADMINS,
    };
    expect(whoMayAll(['capture-light', 'capture-heavy'], about).may).toBe('light-only');
    expect(whoMayAll(['capture-heavy', 'all'], about).may).toBe('no');
    expect(whoMayAll(['capture-light', 'full-stacks'], about).may).toBe('yes');
  });
});

function aboutOf(row: string, column: string, service: Service, admins: Admins): [Action, About] {
  const where = PLACES[row];
  const who = PEOPLE[where ? column : row];
  const action = where ? 'capture-heavy' : ACTIONS[column];
  if (who === undefined || action === undefined) throw new Error(`${row}, ${column}: what is that?`);
  return [
    action,
    { person: who, place: where ?? place('public'), service, admins, ...(column === 'own' && { own: true }) },
  ];
}

function wordFor([action, about]: [Action, About]): string {
  const decision = whoMay(action, about);
  if (decision.may === 'yes') return 'yes';
  if (decision.may === 'light-only') {
    expect(decision.because).toMatch(/^[a-zS].+[^.]$/);
    return 'lite';
  }
  return WORDS[decision.refusal.code] ?? decision.refusal.code;
}

/** As services.yml would say it. */
function serviceWith(rules: string): Service {
  const text = `services: { svc: { instances: ["http://h:1"]${rules === '{}' ? '' : `, ${rules.trim().slice(1, -1)}`} } }`;
  const [service] = parseRegistry(text, 'services.yml').services;
  if (!service) throw new Error('no service');
  return service;
}

function readMatrix(text: string): Row[] {
  const found: Row[] = [];
  for (const block of text.split(/^== /m).slice(1)) {
    const [section = '', ...lines] = block.split('\n').filter((line) => line.trim() !== '');
    const rules = lines.shift()?.replace('rules: ', '') ?? '';
    const admins = lines.shift()?.endsWith('nobody') ? NOBODY : NAMED_ADMINS;
    const columns = lines.shift()?.trim().split(/\s+/) ?? [];
    for (const line of lines) {
      const [name = '', ...words] = line.trim().split(/\s+/);
      if (words.length !== columns.length) throw new Error(`${section}, ${name}: ${words.length} cells`);
      const row = columns.map((column, at) => ({ column, word: words[at] ?? '' }));
      found.push({ section, name, rules, admins, cells: row });
    }
  }
  return found;
}
