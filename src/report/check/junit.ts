// The outcome of a check as JUnit XML, in the form CI systems read: a case a question, the same ones every time, so that
// they can be followed over builds.
import { type XmlText, xml } from '../foreign.ts';
import type { Report } from '../schema.ts';
import { CASE_NAMES } from './case-words.ts';
import type { Check, CheckCase } from './outcome.ts';

const MESSAGE_CHARACTERS = 500;
const DETAILS_CHARACTERS = 60_000;

/** @param details the report as text */
export function junitXml(
  check: Check,
  report: Report,
  run: { details: string; seconds: number; strict: boolean },
): XmlText {
  const failing = (each: CheckCase): boolean =>
    each.outcome === 'leak' || (run.strict && each.outcome === 'cannot-tell');
  const failures = check.cases.filter(failing).length;
  const skipped = check.cases.filter((each) => each.outcome === 'cannot-tell' && !failing(each)).length;
  const seconds = run.seconds.toFixed(1);
  const counts = `tests="${check.cases.length}" failures="${failures}" errors="0" skipped="${skipped}" time="${seconds}"`;
  const suite = xml(`goleak check ${report.service}`, 200);
  const classname = xml(`goleak.${report.service.replaceAll('.', '_')}`, 200);
  const cases = check.cases.map((each) => {
    const open = `    <testcase classname="${classname}" name="${CASE_NAMES[each.kind]}" time="${seconds}"`;
    if (each.outcome === 'clean') return `${open}/>`;
    const message = xml(each.says, MESSAGE_CHARACTERS);
    if (!failing(each)) return `${open}>\n      <skipped message="${message}"/>\n    </testcase>`;
    const type = each.outcome === 'leak' ? each.kind : 'cannot-tell';
    return `${open}>\n      <failure type="${type}" message="${message}">${linesOf(run.details)}</failure>\n    </testcase>`;
  });
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites ${counts}>`,
    `  <testsuite name="${suite}" ${counts}>`,
    ...cases,
    '  </testsuite>',
    '</testsuites>',
    '',
  ].join('\n') as XmlText;
}

function linesOf(details: string): string {
  return details
    .slice(0, DETAILS_CHARACTERS)
    .split('\n')
    .map((line) => xml(line))
    .join('\n');
}
