// Pictures small enough to be kept: the same pixels with 256 colours, and what differs between two of them.
import { crc32, deflateSync } from 'node:zlib';
import { createCanvas, loadImage } from '@napi-rs/canvas';

export interface Pixels {
  readonly width: number;
  readonly height: number;
  /** Red, green, blue, alpha. */
  readonly data: Uint8ClampedArray;
}

export async function decodePng(png: Uint8Array): Promise<Pixels> {
  const image = await loadImage(png);
  const canvas = createCanvas(image.width, image.height);
  const pen = canvas.getContext('2d');
  pen.drawImage(image, 0, 0);
  const { width, height, data } = pen.getImageData(0, 0, image.width, image.height);
  return { width, height, data };
}

const COLOURS = 256;

/** A PNG of at most 256 colours: the most frequent ones, and of the others those that are furthest from all of them. */
export function encodePng({ width, height, data }: Pixels): Uint8Array {
  const counts = new Map<number, number>();
  for (let at = 0; at < data.length; at += 4) {
    const colour = colourAt(data, at);
    counts.set(colour, (counts.get(colour) ?? 0) + 1);
  }
  const palette = paletteOf(counts);
  const nearest = new Map<number, number>();
  const rows = Buffer.alloc((width + 1) * height);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const colour = colourAt(data, (y * width + x) * 4);
      let index = nearest.get(colour);
      if (index === undefined) {
        index = nearestIn(palette, colour);
        nearest.set(colour, index);
      }
      rows[y * (width + 1) + 1 + x] = index;
    }
  }
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, 3, 0, 0, 0], 8);
  const colours = Buffer.from(palette.flatMap((colour) => [colour >> 16, (colour >> 8) & 255, colour & 255]));
  return Buffer.concat([
    Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
    chunk('IHDR', header),
    chunk('PLTE', colours),
    chunk('IDAT', deflateSync(rows, { level: 9, memLevel: 9 })),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

function colourAt(data: Uint8ClampedArray, at: number): number {
  return ((data[at] ?? 0) << 16) | ((data[at + 1] ?? 0) << 8) | (data[at + 2] ?? 0);
}

const FREQUENT = 160;
const CANDIDATES = 4_000;

function paletteOf(counts: ReadonlyMap<number, number>): number[] {
  const byCount = [...counts].sort(([a, n], [b, m]) => m - n || a - b).map(([colour]) => colour);
  const palette = byCount.slice(0, byCount.length <= COLOURS ? COLOURS : FREQUENT);
  const rest = byCount
    .slice(palette.length, CANDIDATES)
    .map((colour) => ({ colour, away: Math.min(...palette.map((each) => distance(each, colour))) }));
  while (palette.length < COLOURS && rest.length > 0) {
    const furthest = rest.reduce((most, each) => (each.away > most.away ? each : most));
    palette.push(furthest.colour);
    for (const each of rest) each.away = Math.min(each.away, distance(furthest.colour, each.colour));
    rest.splice(rest.indexOf(furthest), 1);
  }
  return palette;
}

function nearestIn(palette: readonly number[], colour: number): number {
  let best = 0;
  let least = Number.POSITIVE_INFINITY;
  for (const [index, each] of palette.entries()) {
    const away = distance(each, colour);
    if (away < least) [best, least] = [index, away];
  }
  return best;
}

function distance(a: number, b: number): number {
  const red = (a >> 16) - (b >> 16);
  const green = ((a >> 8) & 255) - ((b >> 8) & 255);
  const blue = (a & 255) - (b & 255);
  return 3 * red * red + 4 * green * green + 2 * blue * blue;
}

function chunk(kind: string, content: Uint8Array): Buffer {
  const body = Buffer.concat([Buffer.from(kind, 'latin1'), content]);
  const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(content.length);
  sum.writeUInt32BE(crc32(body));
  return Buffer.concat([length, body, sum]);
}

/** What a channel of a pixel may differ by: edges of letters are drawn a little otherwise each time. */
const SHADE = 56;
const SAME_SHARE = 0.001;

export interface Difference {
  /** Of all pixels, 0..1; 1 when the sizes differ. */
  readonly share: number;
  readonly isSame: boolean;
  /** What differs, red on a pale copy. */
  readonly picture: Pixels;
}

/** A pixel is the same when the other picture has it there or right beside. */
export function differenceOf(accepted: Pixels, now: Pixels): Difference {
  const { width, height } = now;
  const data = new Uint8ClampedArray(now.data.map((value, at) => (at % 4 === 3 ? 255 : 170 + value / 3)));
  if (accepted.width !== width || accepted.height !== height) {
    return { share: 1, isSame: false, picture: { width, height, data } };
  }
  let count = 0;
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      if (isNear(now, accepted, x, y) && isNear(accepted, now, x, y)) continue;
      count += 1;
      data.set([220, 0, 0, 255], (y * width + x) * 4);
    }
  }
  const share = count / (width * height);
  return { share, isSame: share <= SAME_SHARE, picture: { width, height, data } };
}

const BESIDE = [
  [0, 0],
  [1, 0],
  [-1, 0],
  [0, 1],
  [0, -1],
] as const;

function isNear(one: Pixels, other: Pixels, x: number, y: number): boolean {
  const at = (y * one.width + x) * 4;
  return BESIDE.some(([right, down]) => {
    const there = ((y + down) * other.width + x + right) * 4;
    return [0, 1, 2].every(
      (channel) => Math.abs((one.data[at + channel] ?? 0) - (other.data[there + channel] ?? -999)) <= SHADE,
    );
  });
}
