// Who may not, and where.
import type { Standing } from '../model/who.ts';
import { entry } from './entry.ts';

const PEOPLE: Readonly<Record<Standing, string>> = {
  member: 'Members of this workspace',
  guest: 'Guests of this workspace',
  'single-channel-guest': 'Guests of a single channel',
  'other-team': 'People of other workspaces',
  stranger: 'People of other workspaces',
  bot: 'Bots',
  deactivated: 'Deactivated accounts',
};

export const PERMISSIONS = {
  admins_only: entry<{ what: string; admins: readonly string[] }>({
    say: ({ what }) => `${what} is for admins.`,
    hint: ({ admins }) =>
      admins.length === 0
        ? 'Name them under `admins` in services.yml, by the ids of their Slack users or user groups.'
        : 'Ask one of those that services.yml names under `admins`.',
    retry: 'never',
    exit: 1,
  }),
  person_refused: entry<{ standing: Standing; what: string }>({
    say: ({ standing, what }) => `${PEOPLE[standing]} may not ${what}.`,
    hint: ({ standing }) =>
      standing === 'deactivated'
        ? 'Ask somebody whose account is active to do it.'
        : 'Ask a full member of this workspace to do it, or have it allowed under `who` in services.yml.',
    retry: 'never',
    exit: 1,
  }),
  person_unknown: entry<{ what: string }>({
    say: ({ what }) => `Slack did not say whether whoever asked may ${what}, so nothing was done.`,
    hint: () => 'Try again in a minute.',
    retry: 'later',
    exit: 2,
  }),
  place_refused: entry<{ service: string; isPending: boolean }>({
    say: ({ service, isPending }) =>
      `Results of ${service} are not shown in a channel that ${isPending ? 'another company is invited to' : 'is shared with another company'}.`,
    hint: () =>
      'Ask in a channel of your own, or have `external_channels: true` put under `who` in services.yml.',
    retry: 'never',
    exit: 1,
  }),
  place_unknown: entry<{ service: string }>({
    say: ({ service }) =>
      `Slack did not say what kind of channel this is, so nothing of ${service} is shown here.`,
    hint: () => 'Try again in a minute.',
    retry: 'later',
    exit: 2,
  }),
  rule_refused: entry<{ what: string }>({
    say: ({ what }) => `services.yml does not let whoever asked ${what}, asking here.`,
    hint: () => 'Ask one of those whom `who` in services.yml names, or an admin.',
    retry: 'never',
    exit: 1,
  }),
  automatic_refused: entry<{ what: string }>({
    say: ({ what }) => `Automatic captures may not ${what}.`,
    hint: () => 'Have `automatic` changed under `who` in services.yml.',
    retry: 'never',
    exit: 1,
  }),
  scope_missing: entry<{ what: string; scope: string }>({
    say: ({ what, scope }) => `Slack does not tell this app ${what}: its scope \`${scope}\` is missing.`,
    hint: () =>
      'Have the app installed again with the scopes of manifest.yml; `doctor` names what is missing.',
    retry: 'never',
    exit: 1,
  }),
  button_unknown: entry<Record<never, never>>({
    say: () => 'This button is none of mine.',
    hint: () => 'Type the command instead; `help` lists them.',
    retry: 'never',
    exit: 1,
  }),
  button_elsewhere: entry<Record<never, never>>({
    say: () => 'This button belongs to another message, so nothing was done.',
    hint: () => 'Press the one under the capture it belongs to, or type the command.',
    retry: 'never',
    exit: 1,
  }),
  button_early: entry<Record<never, never>>({
    say: () => 'The message of this button is still being written.',
    hint: () => 'Press it again in a moment.',
    retry: 'later',
    exit: 2,
  }),
  button_expired: entry<{ days: number }>({
    say: ({ days }) => `This button is more than ${days} days old, so it does nothing any more.`,
    hint: () => 'Type the command instead.',
    retry: 'never',
    exit: 1,
  }),
  not_in_channel: entry<{ channel: string }>({
    say: () => 'I am not a member of this channel, so I cannot post the result here.',
    hint: () => 'Type `/invite @goleak` and run the command again.',
    retry: 'never',
    exit: 1,
  }),
  channel_not_allowed: entry<{ service: string; channels: readonly string[] }>({
    say: ({ service }) => `Results of ${service} may not be shown in this channel.`,
    hint: ({ channels }) =>
      `Ask in ${channels.slice(0, 5).join(', ')}, or have \`channels\` extended in services.yml.`,
    retry: 'never',
    exit: 1,
  }),
};
