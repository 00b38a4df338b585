// Plain lines for the words that only look: `services`, `status`.
import type { Service } from '../model/target.ts';
import { formatBytes } from '../model/units.ts';

interface Counts {
  readonly active: number;
  readonly waiting: number;
  readonly delayed: number;
  readonly failed: number;
}

const MAX_INSTANCES_SHOWN = 4;

/** The registered services, or what the queues hold, a line each. */
export function lookText(
  what: { readonly services: readonly Service[] } | { readonly queues: Readonly<Record<string, Counts>> },
): string {
  return 'services' in what ? servicesText(what.services) : queuesText(what.queues);
}

function servicesText(services: readonly Service[]): string {
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

function queuesText(queues: Readonly<Record<string, Counts>>): string {
  return Object.entries(queues)
    .map(
      ([name, { active, waiting, delayed, failed }]) =>
        `${name.padEnd(10)}${active} running, ${waiting} waiting, ${delayed} held back, ${failed} failed`,
    )
    .join('\n');
}
