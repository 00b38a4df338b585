// docs/why.md tells of one leak: what it quotes is what the command says, and every claim about another tool has its source.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { analyzePaths } from '../../src/terminal/analyze.ts';
import { SAME_LEAK } from './same-leak.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const page = readFileSync(join(ROOT, 'docs/why.md'), 'utf8');

describe('docs/why.md', () => {
  it('quotes the verdict that its command gives', async () => {
    const paths = SAME_LEAK.snapshots.map((snapshot) => join(ROOT, snapshot));
    const { verdict } = await analyzePaths({ kind: 'analyze', paths, intervalMs: 30_000 });
    expect(page).toContain(`$ ${SAME_LEAK.command}\n`);
    expect(page).toContain(`confidence ${Math.round(verdict.confidence * 100)} %`);
    expect(page).toContain(`> ${verdict.summary.replace(/^[^:+]*: /, '')}\n`);
  }, 60_000);

  it('names a source for what it says of each other tool, and each source is used', () => {
    const rows = page.split('\n').filter((line) => /^\| \*\*(?!goleak)/.test(line));
    expect(rows).toHaveLength(6);
    for (const row of rows) expect(row).toMatch(/\[\d+\]/);
    const sources = [...page.matchAll(/^(\d+)\. .*: https:\/\/\S+$/gm)].map(([, number]) => number);
    const used = new Set(rows.flatMap((row) => [...row.matchAll(/\[(\d+)\]/g)].map(([, number]) => number)));
    expect([...used].sort()).toEqual([...sources].sort());
  });

  it('quotes of pprof what the same files hold', async () => {
    const paths = SAME_LEAK.snapshots.map((snapshot) => join(ROOT, snapshot));
    const { signatures, heap } = await analyzePaths({ kind: 'analyze', paths, intervalMs: 30_000 });
    const [blocked, site] = [signatures[0], heap?.sites[0]];
    expect(page).toContain(` ${blocked?.count} 94.16%  ${blocked?.frames[0]?.func}\n`);
    const grownMib = ((site?.deltaBytes ?? 0) / 1024 / 1024).toFixed(2);
    expect(page).toContain(` ${grownMib}MB 872.55%  ${site?.frames[0]?.func}\n`);
    expect(page).toContain(`That ${blocked?.count.toLocaleString('en')} is too many`);
  }, 60_000);

  it('has its pictures', () => {
    const pictures = [...page.matchAll(/!\[[^\]]+\]\(([^)]+)\)/g)].map(([, name = '']) => name);
    expect(pictures).toHaveLength(3);
    for (const name of pictures) expect(existsSync(join(ROOT, 'docs', name))).toBe(true);
  });
});
