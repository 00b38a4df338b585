// Two hundred profiles of real programs, each read by us and by `go tool pprof`.
//
//   npx tsx test/fuzz/pprof-agreement.ts [--count N]
//
// A part are captures; the rest is taken now, from the demo's services and from contention/. Needs Go.
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { buildGoService, type GoServiceName, startGoService } from '../../demo/go-service.ts';
import { pathOf } from '../kit/require.ts';
import { compareWithGo } from './pprof-top.ts';

const CAPTURES = fileURLToPath(new URL('../captures/', import.meta.url));
const CONTENTION = fileURLToPath(new URL('contention/', import.meta.url));
const MOMENTS = 3;
/** Asked of a running service at each moment; the last three take a second each. */
const QUERIES = [
  'heap',
  'allocs',
  'goroutine',
  'goroutineleak',
  'threadcreate',
  'heap?seconds=1',
  'allocs?seconds=1',
  'goroutine?seconds=1',
];

const { values: options } = parseArgs({ options: { count: { type: 'string', default: '200' } } });
const go = pathOf('go');
const folder = mkdtempSync(join(tmpdir(), 'goleak-agreement-'));
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));

const live = [...(await ofServices()), ...ofContention()];
const files = [...live, ...captured(Number(options.count) - live.length)];
const kinds = new Map<string, number>();
let disagreeing = 0;
let columns = 0;
for (const file of files) {
  const { kind, sampleTypes, differences } = compareWithGo(go, file);
  kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
  columns += sampleTypes;
  if (differences.length > 0) {
    disagreeing += 1;
    console.log(`${file}\n  ${differences.join('\n  ')}`);
  }
}
const list = [...kinds].map(([kind, count]) => `${count} ${kind}`).join(', ');
console.log(
  `${files.length - disagreeing} of ${files.length} profiles agree with go tool pprof in all of ${columns} columns: ${list}`,
);
process.exitCode = disagreeing > 0 ? 1 : 0;

async function ofServices(): Promise<string[]> {
  const made: string[] = [];
  for (const service of ['payments-svc', 'ledger-svc'] satisfies GoServiceName[]) {
    const running = await startGoService(await buildGoService(go, service, folder));
    for (let moment = 0; moment < MOMENTS; moment++) {
      await sleep(1500);
      for (const query of QUERIES) {
        const answer = await fetch(`${running.url}/debug/pprof/${query}`);
        if (!answer.ok) continue;
        const file = join(folder, `${service}-${moment}-${query.replace(/\W/g, '-')}.pb.gz`);
        writeFileSync(file, Buffer.from(await answer.arrayBuffer()));
        made.push(file);
      }
    }
    await running.close();
  }
  return made;
}

function ofContention(): string[] {
  const program = join(folder, 'contention-program');
  const out = join(folder, 'contention');
  mkdirSync(out);
  execFileSync(go, ['build', '-o', program, '.'], { cwd: CONTENTION, stdio: 'inherit' });
  execFileSync(program, [out, String(MOMENTS)], { stdio: 'inherit' });
  return readdirSync(out).map((name) => join(out, name));
}

/** Evenly spread over all captures that are profiles with a clock of their own: goref's output is none. */
function captured(count: number): string[] {
  const names = readdirSync(CAPTURES, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.pb.gz'))
    .sort();
  const step = names.length / count;
  return Array.from({ length: Math.max(0, count) }, (_, at) =>
    join(CAPTURES, names[Math.floor(at * step)] ?? ''),
  );
}
