// `raw`: what was captured, as files, and the command that opens them.
import { formatBytes } from '../model/units.ts';
import { type Block, type SlackMessage, section } from '../report/elements.ts';
import { code, codeBlock, cutList, mrkdwn, prose } from '../report/foreign.ts';
import { addLines, note } from '../report/lines.ts';
import { attachedName, pprofCommand } from '../report/pprof-command.ts';
import type { Report } from '../report/schema.ts';
import { counted } from '../report/wording.ts';

const FILES_SHOWN = 20;
const NAME = 120;
const COMMAND = 600;
const PAGE_FOLLOWS = mrkdwn`The report as a page follows: open it in a browser.`;
const READING = /\/(?:memory|process)-[^/]*$/;

export interface Following {
  /** Names of files of the capture that follow below because they are not in the thread yet. */
  readonly posted: readonly string[];
  /** The report as a page follows too. */
  readonly page: boolean;
}

export function rawAnswer(report: Report, { posted, page }: Following): SlackMessage {
  // Every memory reading is in the triage file, and none is a file of the thread.
  const artefacts = report.artefacts.filter(({ name }) => !READING.test(name));
  if (artefacts.length === 0) {
    const text = mrkdwn`No file of this capture is kept.`;
    return { text, blocks: [section(text), ...(page ? [section(PAGE_FOLLOWS)] : [])] };
  }
  const where =
    posted.length === 0
      ? 'they are in this thread, below the verdict'
      : `${counted(posted.length, 'file')} that ${posted.length === 1 ? 'is' : 'are'} not in this thread yet ${posted.length === 1 ? 'follows' : 'follow'}`;
  const title = mrkdwn`*${counted(artefacts.length, 'file')} of this capture*; ${where}`;
  const { shown, more } = cutList(artefacts, FILES_SHOWN);
  const blocks: Block[] = [];
  addLines(blocks, title, [
    ...shown.map(
      ({ name, bytes }) => mrkdwn`• ${code(String(attachedName(name)), NAME)} ${formatBytes(bytes)}`,
    ),
    ...note(more),
    mrkdwn`The memory readings are in the triage file.`,
    ...(page ? [PAGE_FOLLOWS] : []),
  ]);
  const command = pprofCommand(report, attachedName);
  addLines(
    blocks,
    mrkdwn`*Look yourself*, in the folder you saved them to`,
    command === undefined
      ? [mrkdwn`${prose('None of them is a profile that `go tool pprof` opens.', COMMAND)}`]
      : [mrkdwn`${codeBlock([command], COMMAND)}`],
  );
  return { text: mrkdwn`${counted(artefacts.length, 'file')} of this capture; ${where}`, blocks };
}
