// Services that were proposed, and why they cannot be registered.
import { entry } from './entry.ts';

export const PROPOSALS = {
  proposals_closed: entry<Record<never, never>>({
    say: () => 'Services cannot be proposed here: the operator has not said which addresses may be.',
    hint: () =>
      'Name hosts and networks under `proposals: { allow: [10.0.0.0/8, "*.internal"] }` in services.yml, or add the service there.',
    retry: 'never',
    exit: 1,
  }),
  proposal_wrong: entry<{ field: 'name' | 'address'; what: string }>({
    say: ({ field, what }) => `The ${field} of a service ${what}.`,
    hint: () => 'Correct it and propose it again.',
    retry: 'never',
    exit: 1,
  }),
  proposal_outside: entry<{ url: string }>({
    say: ({ url }) => `The address \`${url}\` is outside of what the operator lets be proposed.`,
    hint: () => 'Ask the operator to add its host or network under `proposals` in services.yml.',
    retry: 'never',
    exit: 1,
  }),
  service_taken: entry<{ service: string }>({
    say: ({ service }) => `A service called ${service} is registered already.`,
    hint: ({ service }) => `Capture it with \`capture ${service}\`, or choose another name.`,
    retry: 'never',
    exit: 1,
  }),
  proposals_full: entry<Record<never, never>>({
    say: () => 'Too many proposed services wait for an admin already, so this one was not kept.',
    hint: () => 'Ask an admin to decide about those in the home tab first.',
    retry: 'never',
    exit: 1,
  }),
  proposals_own: entry<{ most: number }>({
    say: ({ most }) =>
      `${most} services that you proposed wait for an admin already, so this one was not kept.`,
    hint: () => 'Ask an admin to decide about those in the home tab first.',
    retry: 'never',
    exit: 1,
  }),
  proposal_gone: entry<Record<never, never>>({
    say: () => 'This proposal does not wait for anybody any more.',
    hint: () => 'Look at `services`: somebody else may have decided it.',
    retry: 'never',
    exit: 1,
  }),
  not_accepted: entry<{ service: string }>({
    say: ({ service }) =>
      `No admin has accepted a service called ${service}, so there is nothing to take back.`,
    hint: () => 'What services.yml has is removed there.',
    retry: 'never',
    exit: 1,
  }),
};
