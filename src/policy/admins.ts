// What only the people named under `admins` in services.yml may do. Pure.
import type { Origin } from '../model/request.ts';

type Asker = Pick<Origin, 'door' | 'user'>;

/** Whoever has a terminal on this machine could do it without us. */
export function isAdmin({ door, user }: Asker, admins: readonly string[]): boolean {
  return door === 'terminal' || admins.includes(user);
}

/** Stopping is for everyone until somebody is named: a switch nobody may throw helps nobody. */
export function mayStop(asker: Asker, admins: readonly string[]): boolean {
  return admins.length === 0 || isAdmin(asker, admins);
}
