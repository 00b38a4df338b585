import type { Env } from '../../config/env.ts';
import { watchServices } from '../../config/services.ts';
import { findService } from '../../entry/accept.ts';
import type { Flames } from '../../model/flame.ts';
import type { Service } from '../../model/target.ts';
import type { Report } from '../../report/schema.ts';

/** What the looks came to, wherever they were taken. */
export interface Checked {
  readonly report: Report;
  readonly flames: Flames;
  /** How they were taken, a sentence each. */
  readonly rounds: readonly string[];
}

/** The entry of services.yml whose rules hold. @throws Failure `service_unknown`, `config_bad` */
export function namedService(name: string, { servicesFile }: Env): Service {
  const catalog = watchServices(servicesFile, (fault) => {
    throw fault;
  });
  return findService(name, catalog.all());
}
