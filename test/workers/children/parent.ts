// A process that has something analysed, to be killed in the middle of it. Prints the child's process id.
import { execFileSync } from 'node:child_process';
import { createLog } from '../../../src/log.ts';
import { openAnalysisChildren } from '../../../workers/analysis-children.ts';

const [script = '', ...question] = process.argv.slice(2);
const { analyse } = openAnalysisChildren({
  log: createLog('parent', 'silent'),
  ...(script && { script: new URL(script) }),
});
analyse(
  { service: 'payments-svc', question: JSON.parse(question.join(' ')) },
  new AbortController().signal,
).catch(() => {});
setTimeout(() => {
  const children = execFileSync('pgrep', ['-P', String(process.pid), '-f', 'max-old-space-size'], {
    encoding: 'utf8',
  });
  process.stdout.write(`children ${children.trim().split('\n').join(' ')}\n`);
}, 1_500);
