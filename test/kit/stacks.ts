// Goroutine dumps drawn as text, one line per group, root first as people read them:
//
//   stacks`
//     main.main → net/http.(*Server).Serve                        [IO wait]
//     main.handle go main.slowQuery:31 → main.send ×40 #100       [chan send, 12m, chan 1]
//     main.handle go main.worker ×3                               [select, 3m..9m, locked] {tenant=acme}
//   `
//
// `a go b → c` is a goroutine of b created by a, blocked in c. `:31` is the line, `×40` how many, `#100` the first
// id (ids count up; without it they go on from the line before). In the brackets: the state, then any of an age,
// `leaked`, `locked`, `bubble N`, `elided N`, `chan N` (all wait on the same word), `by N` (id of the creator).
import type { Frame, GoroutineDump, GoroutineGroup } from '../../src/model/goroutine.ts';
import { waitFamily } from '../../src/parse/wait-reasons.ts';

interface Drawn {
  readonly group: GoroutineGroup;
  readonly firstId: number | undefined;
  readonly minMinutes: number;
  readonly maxMinutes: number;
  readonly waitWord: number;
  readonly creatorId: number;
}

/** Where ids begin when nothing is said: goroutine 1 is main, 2 to 9 the runtime's. */
const FIRST_ID = 10;
const WORD_BASE = 0xc000_0000_00;

/** The dump a drawing shows, as if read from debug=2. Throws on a line it cannot read: a test is wrong then. */
export function stacks(parts: TemplateStringsArray, ...values: readonly (string | number)[]): GoroutineDump {
  return drawDump(String.raw({ raw: parts }, ...values));
}

/** The same from a plain string. */
export function drawDump(text: string): GoroutineDump {
  const drawn = text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('//'))
    .map(readLine);
  const total = drawn.reduce((sum, { group }) => sum + group.count, 0);
  const dump = {
    ids: new Float64Array(total),
    groupOf: new Uint32Array(total),
    waitMinutes: new Int32Array(total),
    creatorIds: new Float64Array(total),
    waitWords: new Float64Array(total),
  };
  let row = 0;
  let id = FIRST_ID;
  drawn.forEach((line, index) => {
    id = line.firstId ?? id;
    const { count } = line.group;
    for (let nth = 0; nth < count; nth++, row++, id++) {
      const share = count > 1 ? nth / (count - 1) : 1;
      dump.ids[row] = id;
      dump.groupOf[row] = index;
      dump.waitMinutes[row] = Math.round(line.minMinutes + (line.maxMinutes - line.minMinutes) * share);
      dump.creatorIds[row] = line.creatorId;
      dump.waitWords[row] = line.waitWord;
    }
  });
  return {
    source: 'debug2',
    groups: drawn.map(({ group }) => group),
    total,
    ...dump,
    requesterDropped: true,
    truncated: false,
  };
}

function readLine(line: string): Drawn {
  const match =
    /^(?<calls>[^×#[{]*(?:\[\.\.\.\][^×#[{]*)*)(?<marks>[^[{]*)(?:\[(?<wait>[^\]]*)\])?\s*(?:\{(?<labels>[^}]*)\})?$/u.exec(
      line,
    );
  if (!match?.groups) throw new Error(`This is no drawing of goroutines: ${line}`);
  const { calls = '', marks = '', wait = 'running', labels } = match.groups;
  const [creator, body] = calls.includes(' go ') ? calls.split(' go ') : [undefined, calls];
  const frames = (body ?? '')
    .split('→')
    .map((call) => call.trim())
    .filter((call) => call !== '')
    .map(frameOf)
    .reverse();
  if (frames.length === 0) throw new Error(`A goroutine needs a frame: ${line}`);
  const [state = 'running', ...flags] = wait.split(',').map((word) => word.trim());
  const createdBy = creator === undefined ? undefined : frameOf(creator.trim());
  const age = flags.map((flag) => /^(\d+)(?:m?\.\.(\d+))?m$/.exec(flag)).find((found) => found !== null);
  const bubble = numberAfter(flags, 'bubble');
  const group: GoroutineGroup = {
    state,
    family: waitFamily(state, frames, createdBy),
    frames,
    ...(createdBy ? { createdBy } : {}),
    ...(labels === undefined ? {} : { labels: readLabels(labels) }),
    leaked: flags.includes('leaked'),
    lockedToThread: flags.includes('locked'),
    ...(bubble === undefined ? {} : { bubble }),
    elidedFrames: numberAfter(flags, 'elided') ?? 0,
    count: Number(/×\s*(\d+)/u.exec(marks)?.[1] ?? 1),
  };
  const channel = numberAfter(flags, 'chan');
  return {
    group,
    firstId: optionalNumber(/#(\d+)/.exec(marks)?.[1]),
    minMinutes: Number(age?.[1] ?? -1),
    maxMinutes: Number(age?.[2] ?? age?.[1] ?? -1),
    waitWord: channel === undefined ? 0 : WORD_BASE + channel * 96,
    creatorId: numberAfter(flags, 'by') ?? 0,
  };
}

/** `example.com/pay/ledger.(*Writer).flush:31` -> file `example.com/pay/ledger/ledger.go`, line 31. */
function frameOf(call: string): Frame {
  const [, func = call, line = '1'] = /^(.*?)(?::(\d+))?$/.exec(call) ?? [];
  const slash = func.lastIndexOf('/');
  const folder = func.slice(0, func.indexOf('.', slash + 1));
  return { func, file: `${folder}/${folder.slice(slash + 1)}.go`, line: Number(line) };
}

function readLabels(text: string): Readonly<Record<string, string>> {
  return Object.fromEntries(
    text.split(',').map((pair) => {
      const [key = '', value = ''] = pair.split('=');
      return [key.trim(), value.trim()];
    }),
  );
}

function numberAfter(flags: readonly string[], word: string): number | undefined {
  return optionalNumber(flags.find((flag) => flag.startsWith(`${word} `))?.slice(word.length + 1));
}

function optionalNumber(text: string | undefined): number | undefined {
  return text === undefined ? undefined : Number(text);
}
