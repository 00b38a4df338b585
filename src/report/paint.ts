// The program's own colours: the only escape sequences that reach a terminal.

type Brush = (text: string) => string;

export interface Paint {
  readonly title: Brush;
  readonly dim: Brush;
  readonly alarm: Brush;
  readonly caution: Brush;
  readonly good: Brush;
  /** Names between back-ticks: coloured without the ticks, or left as they are. */
  readonly names: Brush;
}

export function paintFor(color: boolean): Paint {
  const sgr = (codes: string): Brush =>
    color ? (text) => `\u001b[${codes}m${text}\u001b[0m` : (text) => text;
  const name = sgr('36');
  return {
    title: sgr('1'),
    dim: sgr('2'),
    alarm: sgr('1;31'),
    caution: sgr('1;33'),
    good: sgr('1;32'),
    names: (text) => (color ? text.replace(/`([^`]+)`/g, (_, inside: string) => name(inside)) : text),
  };
}
