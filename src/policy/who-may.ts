// Who may do what, from where: decided from plain facts about a person, a place and a service's rules. What is not known
// is not allowed, but to admins whom services.yml names by id. Pure; src/authorise.ts gathers the facts.
import { Failure } from '../failure.ts';
import type { Answerable } from '../model/question.ts';
import { type CaptureRequest, isAutomatic, type Origin } from '../model/request.ts';
import type { CaptureKind, Service } from '../model/target.ts';
import { UPLOADED } from '../model/upload.ts';
import {
  type Admins,
  type Clause,
  DEFAULT_WHO,
  type Person,
  type Place,
  type Standing,
  type Unknown,
  type WhoRules,
} from '../model/who.ts';

export type Action =
  | 'capture-light'
  /** Full stacks, the leak detector or an execution trace may be among it. */
  | 'capture-heavy'
  | 'all'
  | 'force'
  /** Agrees to the price of heavy questions. */
  | 'agree'
  /** Has files read that they uploaded, and what they mean shown. */
  | 'upload'
  /** Shows the full stacks of what was captured. */
  | 'full-stacks'
  /** Has something of a report explained in its thread: whoever may see the thread. */
  | 'ask'
  /** Puts a signature of a service off, or says that it is no leak; takes that back. */
  | 'rule'
  /** The same, wherever the signature occurs. */
  | 'rule-everywhere'
  | 'stop'
  | 'resume'
  | 'cancel'
  /** Is shown what is known of a service from day to day; asks it nothing. */
  | 'digest'
  /** Says when that is shown. */
  | 'digest-set'
  /** Decides about services that were proposed. */
  | 'register'
  /** Reads who asked for what. */
  | 'audit'
  /** `services`, `status`, `doctor`: what only the person who asks can see. */
  | 'look';

export interface About {
  /** A terminal on this machine, a source nobody waits for, or somebody in Slack. */
  readonly person: Person | 'terminal' | 'automatic';
  /** Where the result is shown; absent when it is not shown in Slack. */
  readonly place?: Place;
  readonly service?: Service;
  readonly admins: Admins;
  /** The capture that is to be cancelled was this person's own. */
  readonly own?: boolean;
}

export type Decision =
  | { readonly may: 'yes' }
  /** Everything but the heavy questions; why, to be said behind a colon. */
  | { readonly may: 'light-only'; readonly because: string }
  | { readonly may: 'no'; readonly refusal: Failure };

const YES: Decision = { may: 'yes' };

/** The first refusal among them, else the least that one of them allows. */
export function whoMayAll(actions: readonly Action[], about: About): Decision {
  const decisions = actions.map((action) => whoMay(action, about));
  return (
    decisions.find(({ may }) => may === 'no') ?? decisions.find(({ may }) => may === 'light-only') ?? YES
  );
}

export function whoMay(action: Action, about: About): Decision {
  const { person } = about;
  if (person === 'terminal') return YES;
  const refusal =
    person === 'automatic' ? refuseAutomatic(action, about) : refusePerson(action, person, about);
  if (refusal) return no(refusal);
  const misplaced = SHOWS.has(action) ? refusePlace(action, about) : undefined;
  if (misplaced) return no(misplaced);
  return person === 'automatic' ? automaticWeight(action, about) : byRules(action, person, about);
}

/** What a request asks for, as the door and the worker both have it judged. */
export function actionsOf({ instances, kinds }: Pick<CaptureRequest, 'instances' | 'kinds'>): Action[] {
  return [...(instances === 'all' ? ['all' as const] : []), weightOf(kinds)];
}

/** What somebody has to be allowed for their consent to count. */
export function consentAction({ consent }: Pick<CaptureRequest, 'consent'>): Action | undefined {
  if (consent === undefined) return undefined;
  return consent === 'forced' ? 'force' : 'agree';
}

/**
 * What is asked about a capture: whoever may have the stacks posted may have its files, and what was known of the service
 * before is not in the thread already.
 */
export function questionAction(kind: Answerable['kind']): Action {
  if (kind === 'raw' || kind === 'stacks') return 'full-stacks';
  return kind === 'yesterday' ? 'digest' : 'ask';
}

/** Goroutines are what the heavy questions are about: where they stand, and what they do. */
function weightOf(kinds: readonly CaptureKind[]): Action {
  return kinds.includes('goroutine') || kinds.includes('trace') ? 'capture-heavy' : 'capture-light';
}

/** Whoever has a terminal on this machine could do it without us; an alert or a clock has nobody to ask. */
export function subjectOf(origin: Origin): 'terminal' | 'automatic' | 'person' {
  if (origin.door === 'terminal') return 'terminal';
  return isAutomatic(origin) ? 'automatic' : 'person';
}

/** By id, or as a full member of a group: a group makes nobody of a guest an admin. */
export function isAdmin(person: Person, admins: Admins): boolean {
  if (person.standing === 'deactivated') return false;
  if (admins.users.includes(person.id)) return true;
  return person.standing === 'member' && person.groups.some((group) => admins.groups.includes(group));
}

/** Their answer is a message others can read. */
const SHOWS: ReadonlySet<Action> = new Set([
  'capture-light',
  'capture-heavy',
  'all',
  'force',
  'agree',
  'full-stacks',
  'ask',
  'upload',
  'digest',
]);
const AUTOMATIC: ReadonlySet<Action> = new Set(['capture-light', 'capture-heavy', 'all']);

function refuseAutomatic(action: Action, about: About): Failure | undefined {
  const { automatic } = rulesOf(about);
  if (action === 'digest') return undefined;
  if (AUTOMATIC.has(action) && automatic !== 'none') return undefined;
  return new Failure('automatic_refused', { what: wordsFor(action, about) });
}

function automaticWeight(action: Action, about: About): Decision {
  const { automatic } = rulesOf(about);
  if (automatic === 'heavy' || action === 'capture-light' || action === 'digest') return YES;
  if (action === 'all') return no(new Failure('automatic_refused', { what: wordsFor(action, about) }));
  return lightly('services.yml lets automatic captures of this service ask light questions only');
}

/** Who somebody is, before what the rules say of them. */
function refusePerson(action: Action, person: Person, about: About): Failure | undefined {
  const { standing } = person;
  if (isAdmin(person, about.admins)) return undefined;
  const what = wordsFor(action, about);
  if (typeof standing !== 'string') return personUnknown(standing, what);
  if (standing === 'member') return undefined;
  // What is explained stands in the thread already, for everybody who is let into the channel.
  if (action === 'ask' && standing !== 'deactivated' && standing !== 'bot') return undefined;
  // Whoever was let in to ask may take it back.
  if (standing !== 'deactivated' && action === 'cancel' && about.own) return undefined;
  if (standing !== 'deactivated' && SHOWS.has(action)) {
    if (isGuest(standing) && rulesOf(about).guests) return undefined;
    if (isNamed(person, rulesOf(about))) return undefined;
  }
  return new Failure('person_refused', { standing, what });
}

function refusePlace(action: Action, about: About): Failure | undefined {
  const { place, service } = about;
  if (place === undefined) return undefined;
  const name = service?.name ?? (action === 'upload' ? UPLOADED : 'this service');
  const { kind } = place;
  if (place.isMember === false) return new Failure('not_in_channel', { channel: place.id });
  if (typeof kind !== 'string') {
    return kind.unknown === 'no-scope'
      ? new Failure('scope_missing', { what: 'what kind of channel this is', scope: kind.scope ?? '' })
      : new Failure('place_unknown', { service: name });
  }
  const isExternal = kind === 'ext-shared' || kind === 'pending-ext-shared';
  if (isExternal && !rulesOf(about).externalChannels) {
    return new Failure('place_refused', { service: name, isPending: kind === 'pending-ext-shared' });
  }
  const { channels } = service ?? {};
  if (channels && !isAmong(place, channels)) {
    return new Failure('channel_not_allowed', { service: name, channels });
  }
  return undefined;
}

function byRules(action: Action, person: Person, about: About): Decision {
  const { admins } = about;
  if (isAdmin(person, admins)) return YES;
  switch (action) {
    case 'look':
    case 'ask':
    case 'upload':
      return YES;
    case 'stop':
    case 'resume':
      return stopping(about, `\`${action}\``);
    case 'cancel':
      return about.own ? YES : stopping(about, 'Cancelling what somebody else asked for');
    case 'force':
      return no(adminsOnly('--force', admins));
    case 'audit':
      return no(adminsOnly('`audit`', admins));
    case 'register':
      return no(adminsOnly('Accepting and refusing proposed services', admins));
    case 'digest-set':
      return stopping(about, 'Setting up digests');
    case 'rule-everywhere':
      return stopping(about, 'A rule for every service');
    case 'capture-light':
    case 'digest':
    case 'full-stacks':
    case 'rule':
      return yesIf(mayLight(person, about), action, about);
    case 'all':
    case 'agree':
      return yesIf(mayHeavy(person, about), action, about);
    case 'capture-heavy':
      return heavyOrLight(person, about);
    default:
      return action satisfies never;
  }
}

/** Stopping is for every member until somebody is named: a switch nobody may throw helps nobody. */
function stopping({ admins }: About, what: string): Decision {
  const isAnybody = admins.users.length === 0 && admins.groups.length === 0;
  return isAnybody ? YES : no(adminsOnly(what, admins));
}

function heavyOrLight(person: Person, about: About): Decision {
  const light = mayLight(person, about);
  if (light !== true) return yesIf(light, 'capture-heavy', about);
  const heavy = mayHeavy(person, about);
  if (heavy === true) return YES;
  if (heavy !== false) {
    return lightly('Slack could not say whether whoever asked is in the groups that may have them');
  }
  if (isGuest(person.standing)) return lightly('guests capture lightly only');
  return lightly('services.yml does not let whoever asked have them, asking here');
}

/** True and false are certain. */
type Certainty = boolean | Unknown;

function yesIf(allowed: Certainty, action: Action, about: About): Decision {
  if (allowed === true) return YES;
  const what = wordsFor(action, about);
  return no(allowed === false ? new Failure('rule_refused', { what }) : groupUnknown(allowed, what));
}

function mayLight(person: Person, about: About): Certainty {
  const { light, heavy, guests } = rulesOf(about);
  const first = satisfies(person, about.place, light, guests);
  return first === true ? true : either(first, satisfies(person, about.place, heavy, false));
}

function mayHeavy(person: Person, about: About): Certainty {
  return satisfies(person, about.place, rulesOf(about).heavy, false);
}

function satisfies(
  person: Person,
  place: Place | undefined,
  clause: Clause | 'admins',
  guests: boolean,
): Certainty {
  if (clause === 'admins') return false;
  const { people, channels } = clause;
  if (channels && place && !isAmong(place, channels)) return false;
  if (people?.users.includes(person.id)) return true;
  const isTrusted = person.standing === 'member' || (guests && isGuest(person.standing));
  if (!isTrusted) return false;
  if (!people || people.groups.some((group) => person.groups.includes(group))) return true;
  return people.groups.length > 0 && person.groupsUnknown ? person.groupsUnknown : false;
}

function either(first: Certainty, second: Certainty): Certainty {
  if (first === true || second === true) return true;
  return first === false ? second : first;
}

function isNamed({ id }: Person, { light, heavy }: WhoRules): boolean {
  return [light, heavy].some((clause) => clause !== 'admins' && clause.people?.users.includes(id) === true);
}

function isGuest(standing: Standing | Unknown): boolean {
  return standing === 'guest' || standing === 'single-channel-guest';
}

function isAmong({ id, name }: Place, channels: readonly string[]): boolean {
  return channels.some((channel) => channel === id || channel.replace(/^#/, '') === name);
}

function rulesOf({ service }: About): WhoRules {
  return service?.who ?? DEFAULT_WHO;
}

function personUnknown({ unknown, scope = '' }: Unknown, what: string): Failure {
  if (unknown === 'not-now') return new Failure('person_unknown', { what });
  return new Failure('scope_missing', { what: `who may ${what}`, scope });
}

function groupUnknown({ unknown, scope = '' }: Unknown, what: string): Failure {
  if (unknown === 'not-now') return new Failure('person_unknown', { what });
  return new Failure('scope_missing', { what: `who is in the user groups that may ${what}`, scope });
}

function adminsOnly(what: string, { users, groups }: Admins): Failure {
  return new Failure('admins_only', { what, admins: [...users, ...groups] });
}

function lightly(why: string): Decision {
  return { may: 'light-only', because: why };
}

function no(refusal: Failure): Decision {
  return { may: 'no', refusal };
}

/** As in "Guests may not …". */
function wordsFor(action: Action, { service }: About): string {
  const name = service?.name ?? 'services';
  switch (action) {
    case 'capture-light':
    case 'capture-heavy':
      return `capture ${name}`;
    case 'all':
      return `capture all instances of ${name} at once`;
    case 'force':
      return `force captures of ${name}`;
    case 'agree':
      return `agree to what full stacks cost ${name}`;
    case 'upload':
      return 'have uploaded files read';
    case 'full-stacks':
      return `have the full stacks of ${name} shown`;
    case 'ask':
      return `have a capture of ${name} explained`;
    case 'rule':
      return `say what is a leak of ${name}`;
    case 'rule-everywhere':
      return 'say what is a leak of any service';
    case 'stop':
    case 'resume':
      return `${action} captures`;
    case 'cancel':
      return 'cancel captures';
    case 'digest':
      return `be shown how ${name} stands from day to day`;
    case 'digest-set':
      return 'set up digests';
    case 'audit':
      return 'read the audit';
    case 'register':
      return 'accept or refuse proposed services';
    case 'look':
      return 'look at what is registered and running';
    default:
      return action satisfies never;
  }
}
