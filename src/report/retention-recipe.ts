// How somebody finds out who holds the memory, for no question over HTTP can tell: a core of one instance, read offline.
// goleak runs none of it. What it costs is said before it is done.
import { formatBytes } from '../model/units.ts';
import type { Report } from './schema.ts';

/** Whether a heap grows whose holder nobody has looked for. */
export function lacksHolder({ verdict, also, retention }: Report): boolean {
  return !retention && [verdict, ...also].some(({ kind }) => kind === 'heap-leak');
}

/** Lines of a shell. The first four are for the machine of the instance, the rest for one that nobody depends on. */
export function recipeCommands(report: Report): readonly string[] {
  const name = fileStem(report);
  return [
    'pid=PID',
    'readelf -S /proc/$pid/exe | grep debug_info',
    'grep VmSize /proc/$pid/status; df -h /var/tmp',
    `(umask 077; cat /proc/$pid/exe > /var/tmp/${name}.exe; gcore -o /var/tmp/${name} $pid)`,
    `grf core ${name}.exe ${name}.$pid -o ${name}.grf.out`,
    `rm ${name}.exe ${name}.$pid`,
    `goleak analyze HEAP-PROFILES... ${name}.grf.out`,
  ];
}

/** What the commands are, and what they cost; sentences of ours, with figures of the report. */
export function recipeWords(report: Report): readonly string[] {
  return [
    `On the machine of the instance (\`gcore\` is part of gdb, and needs the rights to trace the process): no line of \`readelf\` means a binary built with \`-s -w\`, which goref cannot read. It is made for Go 1.19 to 1.26, and warns of newer ones.`,
    `The process stands still while its core is written, some 5 s a GiB, and six times that on a busy disk: take the instance out of rotation first, and mind liveness probes. The core is as large as what the process has mapped (VmSize), ${sizeWords(report)}often far more than what is resident; it packs well.`,
    'The core holds everything the process had in memory: passwords, tokens, customers. Move it only where production data may be, and remove it. The goref file holds names and sizes, no values.',
    'Then, elsewhere: `grf` is built from github.com/cloudwego/goref. Its file goes into this thread, or to `goleak analyze` beside the heap profiles of the capture.',
  ];
}

export const HOLDER_LIMIT =
  'A heap profile names who allocated, never who holds: over HTTP nobody can tell. goleak attaches to no process; this is done by hand.';

function sizeWords({ memory }: Report): string {
  const sys = memory.samples
    .map((sample) => (sample as Readonly<Record<string, unknown>>).sys)
    .filter((value) => typeof value === 'number' && Number.isFinite(value))
    .at(-1);
  return typeof sys === 'number' && sys > 0 ? `at least ${formatBytes(sys)} here, ` : '';
}

/** Whoever copies the commands must run nothing else. Files that were only read are named for no service. */
function fileStem({ service, cost }: Report): string {
  const stem = cost.requests.length === 0 ? '' : service.replace(/[^\w-]+/g, '-').slice(0, STEM_CHARACTERS);
  return stem.replace(/^-+|-+$/g, '') || 'service';
}

/** The longest word of a command still fits the narrowest terminal. */
const STEM_CHARACTERS = 20;
