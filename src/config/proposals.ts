// `proposals` of services.yml -> what may be proposed in Slack; and a proposal -> the service it would be.
import { z } from 'zod';
import { Failure } from '../failure.ts';
import { NO_PROPOSALS, type Proposal, type ProposalRules } from '../model/proposal.ts';
import type { Service } from '../model/target.ts';
import { serviceName, serviceSchema, toService } from './service.ts';

const MAX_ALLOWED = 200;
/** A host, `*.` and a suffix, or a network in CIDR. Whether a network is one is seen when it is asked of an address. */
const allowed = z
  .string()
  .max(260)
  .regex(
    /^(?:(?:\*\.)?[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?|[0-9a-f.:]+\/\d{1,3})$/i,
    'must be a host, *.suffix, or a network such as 10.0.0.0/8',
  );

export const proposalsSchema = z.strictObject({
  allow: z.array(allowed).min(1).max(MAX_ALLOWED),
  channel: z
    .string()
    .regex(/^[CG][A-Z0-9]{2,20}$/, 'must be the id of a Slack channel, such as C012AB3CD')
    .optional(),
});

export function toProposalRules(given: z.infer<typeof proposalsSchema> | undefined): ProposalRules {
  if (!given) return NO_PROPOSALS;
  return { allow: given.allow, ...(given.channel !== undefined && { channel: given.channel }) };
}

/**
 * The service that a proposal would be, by the same rules as one of services.yml.
 * @throws Failure `proposal_wrong` with what is wrong with it
 */
export function proposedService({ name, url, owner }: Pick<Proposal, 'name' | 'url' | 'owner'>): Service {
  const isName = serviceName.safeParse(name);
  if (!isName.success) throw new Failure('proposal_wrong', { field: 'name', what: messageIn(isName.error) });
  const read = serviceSchema.safeParse({ instances: [url], ...(owner !== undefined && { owner }) });
  if (!read.success) throw new Failure('proposal_wrong', { field: 'address', what: messageIn(read.error) });
  if (!IS_ORIGIN.test(url)) throw new Failure('proposal_wrong', { field: 'address', what: NO_PATH });
  return { ...toService(name, read.data), ...(owner !== undefined && { owner }) };
}

/** With a path or a query whoever proposes it would choose what is asked of that host, and not pprof. */
const IS_ORIGIN = /^https?:\/\/[^/?#\\]+\/?$/i;
const NO_PATH = 'must be an address without a path, such as http://10.0.0.7:6060';

function messageIn({ issues: [issue] }: z.ZodError): string {
  if (issue?.code !== 'invalid_union') return issue?.message ?? 'is not understood';
  const [inner] = issue.errors.flat().filter(({ path }) => path.length === 0);
  return inner?.message ?? 'must be an address such as http://10.0.0.7:6060';
}
