// Digests, whoever asks for them: which there are, and what is said of one. Workers send them, the app shows what
// would be sent.
import type { Authorise } from '../authorise.ts';
import { digestRows } from '../digest/content.ts';
import { ALL_SERVICES, type Digest, type DigestContent, type ServiceFacts } from '../model/digest.ts';
import type { Origin } from '../model/request.ts';
import type { Service } from '../model/target.ts';

export interface ContentPorts {
  readonly services: readonly Service[];
  readonly factsOf: (service: Service, atMs: number) => Promise<ServiceFacts>;
  readonly authorise: Authorise;
}

/** What it is of, and what is said beside it. */
export interface Occasion {
  readonly key: string;
  readonly atMs: number;
  readonly lateMs?: number;
  readonly skipped: readonly { readonly key: string }[];
  readonly askedBy?: string;
}

/** Who is shown it, and where. */
export function originOf(digest: Digest): Origin {
  return { door: 'schedule', user: 'digest', channel: digest.channel };
}

/** Services asked about at once: each is a few questions to Redis. */
const AT_ONCE = 16;

/** Those of services.yml, but for what people have set up or switched off since. */
export function digestsInForce(
  written: readonly Digest[],
  setUp: ReadonlyMap<string, Digest | 'off'>,
): readonly Digest[] {
  const untouched = written.filter(({ id }) => !setUp.has(id));
  const own = [...setUp.values()].filter((digest) => digest !== 'off');
  return [...untouched, ...own];
}

/** The services a digest tells of; those that are not registered any more have nothing to tell. */
export function servicesOf({ services: named }: Digest, services: readonly Service[]): readonly Service[] {
  return named === ALL_SERVICES ? services : services.filter(({ name }) => named.includes(name));
}

/** Everything a digest says. Services that may not be shown there are counted, and not named. */
export async function contentOf(
  digest: Digest,
  origin: Origin,
  occasion: Occasion,
  { services, factsOf, authorise }: ContentPorts,
): Promise<DigestContent> {
  const wanted = servicesOf(digest, services);
  const facts: ServiceFacts[] = [];
  let withheld = 0;
  for (let at = 0; at < wanted.length; at += AT_ONCE) {
    const some = await Promise.all(
      wanted.slice(at, at + AT_ONCE).map(async (service) => {
        const { may } = await authorise({ at: 'worker', origin, actions: ['digest'], service });
        return may === 'yes' ? factsOf(service, occasion.atMs) : undefined;
      }),
    );
    for (const one of some) {
      if (one) facts.push(one);
      else withheld += 1;
    }
  }
  return { id: digest.id, zone: digest.zone, rows: digestRows(facts, occasion.atMs), withheld, ...occasion };
}
