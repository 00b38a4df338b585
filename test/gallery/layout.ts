// Where everything of a scene stands, as text that can be kept, read and compared. Another chromium draws letters a little
// differently, but puts the same words in nearly the same places: what is accepted holds there too.

export interface Line {
  /** Left, top, width, height in CSS pixels. */
  readonly box: readonly [number, number, number, number];
  readonly what: string;
  readonly text: string;
  /** Of a picture: its brightness in a coarse grid, a hexadecimal digit a cell. */
  readonly grid?: string;
}

/** `  12  340  366  44 text "payments-svc: goroutine leak"`, a line each. */
export function printLayout(lines: readonly Line[]): string {
  return lines.map((line) => `${printed(line)}\n`).join('');
}

function printed({ box, what, text, grid }: Line): string {
  const where = box.map((value) => String(value).padStart(4)).join(' ');
  return `${where} ${what} ${JSON.stringify(text)}${grid === undefined ? '' : ` ${grid}`}`;
}

export function readLayout(text: string): Line[] {
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const found = LINE.exec(line)?.groups;
      if (!found) throw new Error(`not a line of a layout: ${line}`);
      const { x, y, w, h, what = '', text: said = '""', grid } = found;
      const box = [Number(x), Number(y), Number(w), Number(h)] as const;
      return { box, what, text: String(JSON.parse(said)), ...(grid !== undefined && { grid }) };
    });
}

const LINE =
  /^ *(?<x>-?\d+) +(?<y>-?\d+) +(?<w>\d+) +(?<h>\d+) (?<what>\w+) (?<text>"(?:[^"\\]|\\.)*")(?: (?<grid>[0-9a-f]+))?$/;

/** Letters of another chromium are wider by this much at most, over a line. */
const ACROSS_PX = 10;
/** A paragraph may be a line longer for it. */
const DOWN_PX = 24;
/** Shades out of sixteen a cell of a picture may differ by, and how many cells may differ by more. */
const SHADES = 2;
const CELLS = 3;

/** What is different, a sentence each; the first ones say enough. */
export function layoutChanges(accepted: readonly Line[], now: readonly Line[]): string[] {
  const changes: string[] = [];
  const was = accepted.map(({ text }) => text);
  const is = now.map(({ text }) => text);
  for (const text of is.filter((each) => !was.includes(each))) changes.push(`new: "${short(text)}"`);
  for (const text of was.filter((each) => !is.includes(each))) changes.push(`gone: "${short(text)}"`);
  if (changes.length > 0) return changes;
  if (was.length !== is.length)
    return [`${was.length} pieces of text were accepted, and ${is.length} are there`];
  for (const [at, line] of now.entries()) {
    const before = accepted[at];
    if (before) changes.push(...lineChanges(before, line, now[at - 1], accepted[at - 1]));
  }
  return changes;
}

function lineChanges(was: Line, is: Line, above?: Line, aboveWas?: Line): string[] {
  if (was.text !== is.text || was.what !== is.what)
    return [`"${short(is.text)}" stands where "${short(was.text)}" did`];
  const [left, top, width, height] = is.box;
  const [leftWas, topWas, widthWas, heightWas] = was.box;
  // Down is counted from what stands above: one longer paragraph does not move the rest of the page.
  const down = top - (above?.box[1] ?? 0) - (topWas - (aboveWas?.box[1] ?? 0));
  const moved = Math.max(Math.abs(left - leftWas), Math.abs(width - widthWas)) > ACROSS_PX;
  const grown = Math.max(Math.abs(down), Math.abs(height - heightWas)) > DOWN_PX;
  if (moved || grown) {
    return [
      `"${short(is.text)}" is at ${is.box.join(' ')}; accepted: ${was.box.join(' ')} (left, top, width, height)`,
    ];
  }
  return gridDiffers(was.grid, is.grid) ? [`the picture "${short(is.text)}" looks different`] : [];
}

function gridDiffers(was = '', is = ''): boolean {
  const cells = [...is].filter((cell, at) => {
    const difference = Number.parseInt(cell, 16) - Number.parseInt(was[at] ?? '0', 16);
    return Math.abs(difference) > SHADES;
  });
  return was.length !== is.length || cells.length > CELLS;
}

function short(text: string): string {
  return text.length > 80 ? `${text.slice(0, 79)}…` : text;
}
