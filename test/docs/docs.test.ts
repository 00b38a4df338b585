// The pages about verdicts and fixes keep step with the code, and what they show is real.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { VERDICT_KINDS } from '../../src/model/verdict.ts';
import { KIND_WORDS } from '../../src/report/wording.ts';
import { pathOf, requires } from '../kit/require.ts';
import split from '../programs/split.json' with { type: 'json' };

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const read = (path: string) => readFileSync(join(ROOT, path), 'utf8');

/** Sections of a page by their heading. */
function sectionsOf(page: string): Map<string, string> {
  const [, ...parts] = read(page).split(/^## /m);
  return new Map(parts.map((part) => [part.slice(0, part.indexOf('\n')), part]));
}

describe('docs/verdicts.md', () => {
  const sections = sectionsOf('docs/verdicts.md');

  it('has a section for every kind of verdict, in their order', () => {
    expect([...sections.keys()]).toEqual(VERDICT_KINDS.map((kind) => `\`${kind}\`: ${KIND_WORDS[kind]}`));
  });

  it.each(VERDICT_KINDS)('shows %s as the output of a command on a recording anybody has', (kind) => {
    const section = sections.get(`\`${kind}\`: ${KIND_WORDS[kind]}`) ?? '';
    for (const words of ['It means:', 'What to do:', 'What would change our mind:']) {
      expect(section).toContain(`**${words}** `);
    }
    const [, program = '', run = ''] =
      /^\$ goleak analyze test\/captures\/programs\/([^/]+)\/([^/]+)\//m.exec(section) ?? [];
    expect(existsSync(join(ROOT, 'test/captures/programs', program, run))).toBe(true);
    expect(split.develop).toContain(program);
    expect(section).toMatch(new RegExp(`^[▲◆✓?] \\S+: ${KIND_WORDS[kind]}`, 'm'));
    expect(section).toMatch(/^From .* snapshots?\b.*\.$/m);
  });
});

describe('docs/hints.md', () => {
  const sections = sectionsOf('docs/hints.md');
  const patterns = [...read('src/analyse/patterns.ts').matchAll(/^ {4}name: '([^']+)',$/gm)].map(
    ([, name]) => name ?? '',
  );

  it('has a section for every named pattern and for nothing else', () => {
    expect(patterns.length).toBeGreaterThan(10);
    expect([...sections.keys()].sort()).toEqual([...patterns].sort());
  });

  it.each(patterns)('"%s": a sentence why, a before and an after that differ', (name) => {
    const section = sections.get(name) ?? '';
    const [, why = ''] = section.split('\n\n');
    expect(why).toMatch(/^[A-Za-z].*[.]$/);
    const [before, after, ...more] = blocksOf(section);
    expect(more).toEqual([]);
    expect(before).not.toEqual(after);
    expect(section).toMatch(/Before:\n\n```go[\s\S]*After:\n\n```go/);
  });

  it.skipIf(requires('go'))('compiles, and is written as gofmt writes', { timeout: 120_000 }, () => {
    const functions = [...sections.values()].flatMap(blocksOf).map((block) => {
      const body = block.split('\n').map((line) => (line === '' ? '' : `\t${line}`));
      return `func _(ctx context.Context) error {\n${body.join('\n')}\n}\n`;
    });
    const source = [read('test/docs/hints.go.txt'), ...functions].join('\n');
    expect(execFileSync(join(pathOf('go'), '..', 'gofmt'), { input: source }).toString()).toBe(source);
    const folder = mkdtempSync(join(tmpdir(), 'goleak-hints-'));
    try {
      writeFileSync(join(folder, 'hints.go'), source);
      execFileSync(pathOf('go'), ['build', 'hints.go'], { cwd: folder, stdio: 'pipe' });
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

function blocksOf(section: string): string[] {
  return [...section.matchAll(/```go\n([\s\S]*?)\n```/g)].map(([, block]) => block ?? '');
}
