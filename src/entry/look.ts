// What `services` answers: plain lines in a terminal, rows that a phone wraps well in chat.
import type { Service } from '../model/target.ts';
import { formatBytes } from '../model/units.ts';
import { type Block, context, type SlackMessage } from '../report/elements.ts';
import { code, cutList, joinMrkdwn, type Mrkdwn, markup, mention, mrkdwn, words } from '../report/foreign.ts';
import { addLines } from '../report/lines.ts';

const MAX_INSTANCES_SHOWN = 4;

/** The registered services, a line each. */
export function servicesText(services: readonly Service[]): string {
  if (services.length === 0) return 'No service is registered. Add one to services.yml.';
  const width = Math.max(...services.map(({ name }) => name.length)) + 2;
  return services
    .map(({ name, instances, owner, memoryLimitBytes }) => {
      const shown = instances.slice(0, MAX_INSTANCES_SHOWN).map((instance) => instance.name);
      const more = instances.length > shown.length ? `, … ${instances.length - shown.length} more` : '';
      const facts = [
        `${shown.join(', ')}${more}`,
        ...(memoryLimitBytes === undefined ? [] : [`limit ${formatBytes(memoryLimitBytes)}`]),
        ...(owner === undefined ? [] : [`owner ${owner}`]),
      ];
      return `${name.padEnd(width)}${facts.join(' · ')}`;
    })
    .join('\n');
}

/** A message has room for more, and nobody reads them: the home tab pages through all, and searches. */
const MOST_ROWS = 40;
const NAME = 80;

/** The same as a message. */
export function servicesMessage(services: readonly Service[]): SlackMessage {
  if (services.length === 0) {
    const text = mrkdwn`No service is registered. An admin adds one to services.yml; ${code('/goleak register')} proposes one.`;
    return { text, blocks: [context([text])] };
  }
  const title = mrkdwn`*${services.length} registered service${services.length === 1 ? '' : 's'}*`;
  const { shown, more } = cutList(services, MOST_ROWS);
  const blocks: Block[] = [];
  addLines(blocks, title, shown.map(rowOf));
  const next = mrkdwn`${code('/goleak capture <service>')} looks at one; the home tab searches and pages through all`;
  // Notifications and screen readers have the text alone.
  const names = joinMrkdwn(
    shown.map(({ name }) => mrkdwn`${words(name, NAME)}`),
    ', ',
  );
  const text = mrkdwn`${markup(title)}: ${markup(names)}${more === '' ? '' : `, ${more}`}`;
  return { text, blocks: [...blocks, context(more === '' ? [next] : [mrkdwn`${more}`, next])] };
}

/** `• *payments-svc* at `10.0.0.7:6060` · limit 512 MiB · owner @payments-oncall` */
function rowOf({ name, instances, owner, memoryLimitBytes }: Service): Mrkdwn {
  const [only] = instances;
  const where =
    instances.length === 1 && only
      ? mrkdwn`at ${code(only.name, NAME)}`
      : mrkdwn`${instances.length} instances`;
  const facts = [
    mrkdwn`• *${words(name, NAME)}* ${markup(where)}`,
    ...(memoryLimitBytes === undefined ? [] : [mrkdwn`limit ${formatBytes(memoryLimitBytes)}`]),
    ...(owner === undefined ? [] : [mrkdwn`owner ${mention(owner)}`]),
  ];
  return joinMrkdwn(facts, ' · ');
}
