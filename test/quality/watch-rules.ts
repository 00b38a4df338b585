// What one would do without us, on the same histories: a line through the last hour (Coroot's rule for memory leaks),
// a fixed number of goroutines, and a line through a day of resident memory.

type Given = Readonly<Record<string, number | string>>;

export interface WatchRule {
  readonly name: string;
  /** Unix seconds; an alarm that lasts is one alarm, and is over after a day of silence. */
  readonly alarms: (samples: readonly Given[]) => readonly number[];
}

const HOUR = 3600;

export const RULES: readonly WatchRule[] = [
  {
    name: 'line through 1 h (+10 %/h)',
    alarms: (samples) => alarmsOf(regressed(samples, HOUR, (line) => line.share >= 0.1)),
  },
  {
    name: 'line through 24 h of RSS (+5 %)',
    alarms: (samples) =>
      alarmsOf(regressed(samples, 24 * HOUR, (line) => line.share >= 0.05 && line.fit >= 0.5)),
  },
  {
    name: 'more than 10,000 goroutines',
    alarms: (samples) =>
      alarmsOf(samples.filter((sample) => number(sample.go_goroutines) > 10_000).map(({ t }) => number(t))),
  },
];

interface Line {
  /** Growth over the window as a share of the mean. */
  readonly share: number;
  /** R squared. */
  readonly fit: number;
}

/** Moments, ten minutes apart, at which a line through the window behind says so. */
function regressed(samples: readonly Given[], window: number, says: (line: Line) => boolean): number[] {
  const moments: number[] = [];
  // Ten-minute means, so that a day is cheap.
  const means = tenMinutes(samples);
  let from = 0;
  for (const [at, { t }] of means.entries()) {
    while ((means[from]?.t ?? t) < t - window) from += 1;
    const inside = means.slice(from, at + 1);
    if (inside.length < 5 || t - (inside[0]?.t ?? t) < 0.8 * window) continue;
    if (says(lineThrough(inside, window))) moments.push(t);
  }
  return moments;
}

function tenMinutes(samples: readonly Given[]): { t: number; y: number }[] {
  const means: { t: number; y: number; count: number }[] = [];
  for (const sample of samples) {
    const y = number(sample.RSS ?? sample.HeapAlloc);
    const t = number(sample.t) - (number(sample.t) % 600);
    const last = means.at(-1);
    if (last?.t === t) {
      last.y += (y - last.y) / (last.count + 1);
      last.count += 1;
    } else means.push({ t, y, count: 1 });
  }
  return means;
}

function lineThrough(points: readonly { t: number; y: number }[], window: number): Line {
  const meanT = points.reduce((sum, { t }) => sum + t, 0) / points.length;
  const meanY = points.reduce((sum, { y }) => sum + y, 0) / points.length;
  let [ty, tt, yy] = [0, 0, 0];
  for (const { t, y } of points) {
    ty += (t - meanT) * (y - meanY);
    tt += (t - meanT) ** 2;
    yy += (y - meanY) ** 2;
  }
  return { share: ((ty / tt) * window) / meanY, fit: yy > 0 ? ty ** 2 / tt / yy : 0 };
}

function alarmsOf(moments: readonly number[]): number[] {
  return moments.filter((t, at) => at === 0 || t - (moments[at - 1] ?? 0) > 24 * HOUR);
}

function number(value: number | string | undefined): number {
  return typeof value === 'number' ? value : Number.NaN;
}
