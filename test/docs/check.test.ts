// docs/check.md keeps step with the command: its flags and exit statuses, and examples that are read as they stand.
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { readArgv } from '../../src/command/argv.ts';
import { readCommand } from '../../src/command/read.ts';
import { CHECK_VERB } from '../../src/command/verb-check.ts';
import { parseServices } from '../../src/config/registry.ts';
import { EXIT_CANNOT_TELL, EXIT_CLEAN, EXIT_LEAK } from '../../src/report/check/outcome.ts';

const page = readFileSync(new URL('../../docs/check.md', import.meta.url), 'utf8');
const blocks = (language: string) =>
  [...page.matchAll(new RegExp(`\`\`\`${language}\\n([\\s\\S]*?)\`\`\``, 'g'))].map(
    ([, block = '']) => block,
  );
const [rules = '', workflow = ''] = blocks('yaml');

describe('docs/check.md', () => {
  it('names flags that the command has', () => {
    const known = CHECK_VERB.flags.map(({ flag }) => flag.split(' ')[0]);
    const others = ['--help', '--prefix'];
    const named = [...page.matchAll(/(?<![\w-])--[a-z][a-z-]+/g)].map(([flag]) => flag);
    expect([...new Set(named)].filter((flag) => !known.includes(flag) && !others.includes(flag))).toEqual([]);
  });

  it('lists the exit statuses', () => {
    const rows = [...page.matchAll(/^\| (\d+) \| /gm)].map(([, status]) => Number(status));
    expect(rows).toEqual([EXIT_CLEAN, EXIT_LEAK, EXIT_CANNOT_TELL]);
  });

  it('shows commands that are understood', () => {
    const lines = blocks('sh').flatMap((block) => block.trim().split('\n'));
    expect(lines.length).toBeGreaterThan(1);
    for (const line of lines) {
      const read = readArgv(line);
      const [, ...words] = 'argv' in read ? read.argv : [];
      expect(readCommand(words, 'terminal').kind).toBe('check');
    }
  });

  it('shows rules that services.yml takes, and a workflow that is YAML with a check in it', () => {
    expect(parseServices(rules, 'services.yml')[0]?.notALeak).toHaveLength(1);
    const job = parse(workflow) as { jobs: { soak: { steps: { run?: string }[] } } };
    expect(job.jobs.soak.steps.map(({ run = '' }) => run).join('\n')).toContain(
      'goleak -- check http://127.0.0.1:8080',
    );
  });
});
