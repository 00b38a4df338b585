// The gallery as it was accepted, and what is different now. Words, places and pictures of charts are compared with any
// chromium; pixels only with the one the pictures were taken with, as each draws letters a little differently.
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { layoutChanges, printLayout, readLayout } from './layout.ts';
import { decodePng, differenceOf, encodePng } from './png.ts';
import type { Scene } from './scene.ts';
import { COLOURS, type Shot, WIDTHS } from './shoot.ts';

export const GALLERY = fileURLToPath(new URL('../../docs/gallery/', import.meta.url));
const TAKEN_WITH = 'taken-with.json';
const LAYOUTS = 'layouts';

export const HOW_TO_ACCEPT =
  'Look at them; if they are as they should be, accept them with `npm run gallery -- --accept` and commit docs/gallery.';

export interface Judged {
  readonly scene: string;
  /** Against what was accepted; a sentence each. */
  readonly changes: readonly string[];
  /** What a script finds wrong with it, whatever was accepted. */
  readonly problems: readonly string[];
}

export function pictureName(scene: string, { width, colours }: Pick<Shot, 'width' | 'colours'>): string {
  return `${scene}.${width}-${colours}.png`;
}

function layoutFile(scene: string, width: string): string {
  return join(GALLERY, LAYOUTS, `${scene}.${width}.txt`);
}

/** Everything that is wrong with a scene; differing pictures are written to `folder`, when there is one. */
export async function judge(
  scene: Scene,
  shots: readonly Shot[],
  about: { readonly chromium: string; readonly folder?: string },
): Promise<Judged> {
  const changes: string[] = [];
  const problems: string[] = [];
  const comparesPixels = majorOf(about.chromium) === majorOf(takenWith());
  for (const shot of shots) {
    const way = `${shot.width}, ${shot.colours}`;
    problems.push(...shot.problems.map((each) => `${scene.name} (${way}): ${each}`));
    const file = layoutFile(scene.name, shot.width);
    if (!existsSync(file)) changes.push(`${scene.name} (${shot.width}): is new`);
    else if (shot.colours === 'light') {
      const found = layoutChanges(readLayout(readFileSync(file, 'utf8')), shot.lines);
      changes.push(...found.map((each) => `${scene.name} (${shot.width}): ${each}`));
    }
    if (shot.png && comparesPixels) {
      const differs = await pictureDiffers(scene.name, shot, shot.png, about.folder);
      if (differs !== undefined) changes.push(`${scene.name} (${way}): ${differs}`);
    }
  }
  return { scene: scene.name, changes: [...new Set(changes)], problems: [...new Set(problems)] };
}

async function pictureDiffers(
  scene: string,
  shot: Shot,
  png: Uint8Array,
  folder: string | undefined,
): Promise<string | undefined> {
  const name = pictureName(scene, shot);
  const accepted = join(GALLERY, name);
  const now = await decodePng(encodePng(await decodePng(png)));
  if (!existsSync(accepted)) return 'has no picture yet';
  const { share, isSame, picture } = differenceOf(await decodePng(readFileSync(accepted)), now);
  if (isSame) return undefined;
  if (folder === undefined) return `${(share * 100).toFixed(1)} % of its pixels differ`;
  writeFileSync(join(folder, name), encodePng(now));
  writeFileSync(join(folder, name.replace('.png', '.difference.png')), encodePng(picture));
  return `${(share * 100).toFixed(1)} % of its pixels differ: ${join(folder, name)}`;
}

/** Writes what is shown now in the place of what was accepted. */
export async function accept(scene: Scene, shots: readonly Shot[]): Promise<void> {
  mkdirSync(join(GALLERY, LAYOUTS), { recursive: true });
  for (const shot of shots) {
    if (shot.colours === 'light') {
      writeFileSync(layoutFile(scene.name, shot.width), printLayout(shot.lines));
    }
    if (!shot.png) continue;
    const file = join(GALLERY, pictureName(scene.name, shot));
    const now = await decodePng(shot.png);
    // A picture that differs by less than anybody sees stays as it is: fewer bytes in every clone.
    const before = existsSync(file) ? await decodePng(readFileSync(file)) : undefined;
    if (!before || differenceOf(before, now).share > 0) writeFileSync(file, encodePng(now));
  }
}

/** Takes away what belongs to no scene any more, and notes what the rest was taken with. */
export function closeAccepted(scenes: readonly Scene[], chromium: string): void {
  const names = new Set(scenes.map(({ name }) => name));
  const isLeft = (file: string): boolean => !names.has(file.slice(0, file.indexOf('.')));
  for (const file of readdirSync(GALLERY)) {
    if (file.endsWith('.png') && isLeft(file)) rmSync(join(GALLERY, file));
  }
  for (const file of readdirSync(join(GALLERY, LAYOUTS))) {
    if (isLeft(file)) rmSync(join(GALLERY, LAYOUTS, file));
  }
  writeFileSync(join(GALLERY, TAKEN_WITH), `${JSON.stringify({ chromium }, null, 2)}\n`);
}

function takenWith(): string {
  const file = join(GALLERY, TAKEN_WITH);
  return existsSync(file) ? String(JSON.parse(readFileSync(file, 'utf8')).chromium) : '';
}

function majorOf(version: string): string {
  return version.split('.')[0] ?? '';
}

/** Every picture the gallery has to have, by file name. */
export function pictureNames(scenes: readonly Scene[]): string[] {
  return scenes.flatMap(({ name }) =>
    (Object.keys(WIDTHS) as (keyof typeof WIDTHS)[]).flatMap((width) =>
      COLOURS.map((colours) => pictureName(name, { width, colours })),
    ),
  );
}
