// Plain lines for `services`.
import type { Service } from '../model/target.ts';
import { formatBytes } from '../model/units.ts';

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
