// Words, names and files that were given, and are not what was needed.
import { entry } from './entry.ts';

export const WORDS = {
  command_unknown: entry<{ word: string; suggestion?: string | undefined }>({
    say: ({ word }) => `"${word}" is not a command.`,
    hint: ({ suggestion }) =>
      suggestion ? `Did you mean \`${suggestion}\`?` : 'Try `help` for the list of commands.',
    retry: 'never',
    exit: 1,
  }),
  rule_unknown: entry<{ id: string }>({
    say: ({ id }) => `No rule called "${id}" is kept.`,
    hint: () => 'Take an id from `rules`.',
    retry: 'never',
    exit: 1,
  }),
  nothing_to_rule: entry<{ service: string }>({
    say: ({ service }) => `This capture of ${service} lists no signature that anything could be said of.`,
    hint: () => 'Capture the service again, and do it under a verdict that lists one.',
    retry: 'never',
    exit: 1,
  }),
  too_many_rules: entry<{ most: number }>({
    say: ({ most }) => `There are ${most} rules already, so this one was not kept.`,
    hint: () => 'Remove some first; `rules` lists them.',
    retry: 'never',
    exit: 1,
  }),
  follow_up_unknown: entry<{ word: string; suggestion?: string | undefined; known: readonly string[] }>({
    say: ({ word }) => `"${word}" is neither a command nor a question I can answer here.`,
    hint: ({ suggestion, known }) =>
      suggestion
        ? `Did you mean \`${suggestion}\`?`
        : `Under a capture I answer ${known.map((usage) => `\`${usage}\``).join(', ')}; \`help\` lists the commands.`,
    retry: 'never',
    exit: 1,
  }),
  terminal_only: entry<{ verb: string; usage: string }>({
    say: ({ verb }) => `\`${verb}\` is for a terminal: it works with files and programs of that machine.`,
    hint: ({ usage }) =>
      `Run \`goleak ${usage}\` there; here, \`capture <service>\` looks at a running service, and files are read where you drop them.`,
    retry: 'never',
    exit: 1,
  }),
  chat_only: entry<{ verb: string }>({
    say: ({ verb }) => `\`${verb}\` is for Slack, where an admin decides about it.`,
    hint: () => 'Write the service into services.yml; that registers it.',
    retry: 'never',
    exit: 1,
  }),
  usage_wrong: entry<{ what: string; usage: string }>({
    say: ({ what }) => `${what}.`,
    hint: ({ usage }) => `Use it like this: \`${usage}\`.`,
    retry: 'never',
    exit: 1,
  }),
  service_unknown: entry<{ service: string; suggestion?: string | undefined; known: readonly string[] }>({
    say: ({ service }) => `No service called "${service}" is registered.`,
    hint: ({ suggestion, known }) => {
      if (suggestion) return `Did you mean \`${suggestion}\`?`;
      if (known.length === 0) return 'Add it to services.yml first.';
      return `Known services: ${known.slice(0, 10).join(', ')}${known.length > 10 ? ', …' : ''}.`;
    },
    retry: 'never',
    exit: 1,
  }),
  instance_unknown: entry<{ service: string; instance: string; known: readonly string[] }>({
    say: ({ service, instance }) => `${service} has no instance called "${instance}".`,
    hint: ({ known }) =>
      `Its instances are: ${known.slice(0, 10).join(', ')}${known.length > 10 ? ', …' : ''}.`,
    retry: 'never',
    exit: 1,
  }),
  url_in_slack: entry<{ word: string }>({
    say: () => 'Addresses are not taken from chat; only registered services can be captured.',
    hint: () => 'Propose it with `register <name> <address>`, or run `goleak capture URL` in a terminal.',
    retry: 'never',
    exit: 1,
  }),
  config_bad: entry<{ file: string; faults: readonly string[] }>({
    say: ({ file, faults }) => `${file} cannot be used: ${faults.slice(0, 5).join('; ')}.`,
    hint: ({ file }) => `Correct ${file}; a goleak that is running keeps to the last good version meanwhile.`,
    retry: 'never',
    exit: 1,
  }),
  config_missing: entry<{ what: string; how: string }>({
    say: ({ what }) => `${what} is not set.`,
    hint: ({ how }) => how,
    retry: 'never',
    exit: 1,
  }),
  file_unreadable: entry<{ path: string; reason: string }>({
    say: ({ path, reason }) => `${path} could not be read: ${reason}.`,
    hint: () => 'Check the path and its permissions.',
    retry: 'never',
    exit: 1,
  }),
  folder_unwritable: entry<{ path: string; reason: string }>({
    say: ({ path, reason }) => `Nothing can be saved in ${path}: ${reason}.`,
    hint: () => 'Name a new or an empty folder.',
    retry: 'never',
    exit: 1,
  }),
  file_unwritable: entry<{ path: string; reason: string }>({
    say: ({ path, reason }) => `The file cannot be written to ${path}: ${reason}.`,
    hint: () => 'Name a file in a folder that is there and may be written to.',
    retry: 'never',
    exit: 1,
  }),
  command_failed: entry<{ flag: string; line: string; how: string; tail: string }>({
    say: ({ flag, line, how }) => `The command of --${flag} (${line.slice(0, 120)}) ${how}.`,
    hint: ({ tail }) =>
      tail === ''
        ? 'It printed nothing.'
        : `Run it by hand to see more. Its last words:\n${tail}\n(end of its output).`,
    retry: 'never',
    exit: 1,
  }),
  artefact_unknown: entry<{ path: string; reasons: readonly string[] }>({
    say: ({ path, reasons }) => {
      if (reasons.length === 0) return `There is nothing to read in ${path}.`;
      const more = reasons.length > 3 ? ` … and ${reasons.length - 3} more.` : '';
      return `${reasons.slice(0, 3).join(' ')}${more}`;
    },
    hint: () =>
      'Give a goroutine dump, a profile, an execution trace, /debug/vars, metrics or a log that holds one; the README says how to get them.',
    retry: 'never',
    exit: 1,
  }),
  history_empty: entry<{ path: string; reasons: readonly string[] }>({
    say: ({ path, reasons }) => [`${path} holds no samples.`, ...reasons.slice(0, 2)].join(' '),
    hint: () =>
      'Give one JSON object a line, each with `t` in unix seconds and what was measured; docs/watching.md lists the fields.',
    retry: 'never',
    exit: 1,
  }),
  verb_needs_redis: entry<{ verb: string }>({
    say: ({ verb }) => `\`${verb}\` works on a running goleak and needs its Redis.`,
    hint: () => 'Set REDIS_URL to the Redis the app and the workers use.',
    retry: 'never',
    exit: 1,
  }),
};
