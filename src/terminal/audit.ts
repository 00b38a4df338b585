// The audit in a terminal: listed, or looked through for lines that are not as they were written.
import { existsSync } from 'node:fs';
import { auditFolder } from '../audit/trail.ts';
import { verifyTrail } from '../audit/verify.ts';
import { decisionsText, readDecisions, verifiedText } from '../audit/words.ts';
import type { Command } from '../command/command.ts';
import { Failure } from '../failure.ts';
import { json as asJson, screen } from '../report/foreign.ts';
import { EXIT_OK, type Terminal } from './ports.ts';

const EXIT_BROKEN = 1;
const MOST_LISTED = 1_000;

export async function auditHere(
  command: Extract<Command, { kind: 'audit' }>,
  { env, print, json }: Terminal,
): Promise<number> {
  const folder = command.folder ?? auditFolder((await env()).home);
  if (!existsSync(folder))
    throw new Failure('file_unreadable', { path: folder, reason: 'there is no such folder' });
  if (command.verify) {
    const verified = verifyTrail(folder);
    print(json ? asJson(verified, 2) : screen(verifiedText(verified)));
    return verified.faults.length === 0 ? EXIT_OK : EXIT_BROKEN;
  }
  const { sinceMs: agoMs, service } = command;
  const decisions = readDecisions(folder, {
    most: MOST_LISTED,
    ...(agoMs !== undefined && { sinceMs: Date.now() - agoMs }),
    ...(service !== undefined && { service }),
  });
  print(json ? asJson(decisions, 2) : screen(decisionsText(decisions)));
  return EXIT_OK;
}
