// "File an issue": the address of a tracker's form, filled in with what the report says, within the length of an address
// that Slack takes.
import type { Report } from '../report/schema.ts';
import {
  confidenceWords,
  countWords,
  place,
  summaryWords,
  verdictTitle,
  windowWords,
} from '../report/wording.ts';

/** https://docs.slack.dev/reference/block-kit/composition-objects/option-object; browsers and trackers take more. */
const MOST_CHARACTERS = 3_000;
const TITLE = 120;
const SIGNATURES = 3;
const FRAMES = 5;
const LINE = 300;
const CUT = '… cut to fit into an address; the thread has all of it.';

/** @param template `https://github.com/acme/payments/issues/new?title={title}&body={body}` */
export function issueUrl(template: string, report: Report): string | undefined {
  const title = encoded(cut(titleOf(report), TITLE));
  const lines = bodyOf(report).map((line) => cut(line, LINE));
  for (let kept = lines.length; kept >= 0; kept--) {
    const body = kept === lines.length ? lines : [...lines.slice(0, kept), CUT];
    const url = template.replaceAll('{title}', title).replaceAll('{body}', encoded(body.join('\n')));
    if (url.length <= MOST_CHARACTERS) return url;
  }
  // A template this long leaves no room for anything.
  return undefined;
}

function titleOf({ service, verdict, signatures }: Report): string {
  const [first] = signatures;
  const where = first?.frames[0]?.func.split('/').at(-1);
  const what = `${service}: ${verdictTitle(verdict)}`;
  return where === undefined ? what : `${what} in ${where}`;
}

function bodyOf(report: Report): string[] {
  const { verdict, signatures, instances, id } = report;
  return [
    `${summaryWords(verdict)} (${confidenceWords(verdict.confidence)})`,
    '',
    `Next: ${verdict.nextStep}`,
    '',
    `Seen on ${instances.join(', ')}, ${windowWords(report)}; capture ${id}.`,
    ...signatures
      .slice(0, SIGNATURES)
      .flatMap((signature, at) => [
        '',
        `${at + 1}. ${signature.waitReason}: ${countWords(signature, report)}`,
        ...signature.frames.slice(0, FRAMES).map((frame) => `    ${frame.func}  ${place(frame)}`),
        ...(signature.createdBy ? [`    created by ${signature.createdBy.func}`] : []),
      ]),
  ];
}

function cut(text: string, most: number): string {
  const characters = [...text];
  return characters.length <= most ? text : `${characters.slice(0, most - 1).join('')}…`;
}

/** Half a character of a name that was cut elsewhere must not end it all. */
function encoded(text: string): string {
  return encodeURIComponent(text.replace(/\p{Surrogate}/gu, '\ufffd')).replace(
    /[!'()*]/g,
    (mark) => `%${mark.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}
