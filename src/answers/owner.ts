// `who owns 1`: whose code a signature waits in, and what says so.
import type { Service } from '../model/target.ts';
import { type Ownership, ownership } from '../owner.ts';
import { type SlackMessage, section } from '../report/elements.ts';
import { code, cutList, joinMrkdwn, type Mrkdwn, markup, mention, mrkdwn } from '../report/foreign.ts';
import { nameWithin } from '../report/name.ts';
import type { Report } from '../report/schema.ts';
import { blockedFunction } from '../report/wording.ts';
import { noSuchRank } from './rank.ts';

const NAME = 80;
const PATH = 160;
const FUNCTION_WIDTH = 48;
const OTHERS_SHOWN = 4;

/** @param service as services.yml has it now: who owns it may have changed since the capture */
export function ownerAnswer(
  report: Report,
  rank: number,
  service: Pick<Service, 'owner' | 'code'>,
): SlackMessage {
  const signature = report.signatures[rank - 1];
  // Where nothing leaks people still want to know whose the service is.
  if (!signature && (report.signatures.length > 0 || rank !== 1)) return only(noSuchRank(report, rank));
  const stack = signature ? [...signature.frames, ...(signature.createdBy ? [signature.createdBy] : [])] : [];
  const found: Ownership = signature
    ? ownership(stack, service)
    : { ...(service.owner !== undefined && { owner: service.owner }), by: 'service' };
  const what = signature
    ? mrkdwn`*${rank}.* ${code(blockedFunction(signature, FUNCTION_WIDTH), NAME)}`
    : mrkdwn`${code(report.service, NAME)}`;
  const says =
    found.owner === undefined
      ? mrkdwn`${markup(what)} has no owner.`
      : mrkdwn`${markup(what)} is of ${mention(found.owner)}.`;
  return only(joinMrkdwn([says, because(found, report.service)], '\n'));
}

function because(found: Ownership, service: string): Mrkdwn {
  const known = found.owner !== undefined;
  switch (found.by) {
    case 'codeowners': {
      const { shown, more } = cutList(found.others, OTHERS_SHOWN);
      const also = joinMrkdwn(
        [...shown.map((other) => mrkdwn`${mention(other)}`), ...(more === '' ? [] : [mrkdwn`${more}`])],
        ', ',
      );
      const beside = shown.length === 0 ? mrkdwn`` : mrkdwn` It names ${markup(also)} beside.`;
      return mrkdwn`CODEOWNERS says so of ${code(found.path, PATH)}, in which ${func(found.func)} is: the innermost call of the repository.${markup(beside)}`;
    }
    case 'unowned-file':
      return known
        ? mrkdwn`CODEOWNERS names nobody for ${code(found.path, PATH)}, in which ${func(found.func)} is; so it is whose ${code(service, NAME)} is.`
        : mrkdwn`CODEOWNERS names nobody for ${code(found.path, PATH)}, in which ${func(found.func)} is, and services.yml no ${code('owner')} of ${code(service, NAME)}.`;
    case 'no-frame':
      return known
        ? mrkdwn`No call of the stack is in ${code(found.module, PATH)}; so it is whose ${code(service, NAME)} is.`
        : mrkdwn`No call of the stack is in ${code(found.module, PATH)}, and services.yml names no ${code('owner')} of ${code(service, NAME)}.`;
    case 'service':
      return known
        ? mrkdwn`That is whose ${code(service, NAME)} is; services.yml names no CODEOWNERS for its code.`
        : mrkdwn`services.yml names neither an ${code('owner')} of ${code(service, NAME)} nor a CODEOWNERS for its code.`;
    default:
      return found satisfies never;
  }
}

function func(name: string) {
  return code(nameWithin(name, FUNCTION_WIDTH), NAME);
}

function only(text: Mrkdwn): SlackMessage {
  return { text, blocks: [section(text)] };
}
