// The two font files every picture is drawn with. A machine without fonts draws no text and reports no error,
// so the files travel with the program and the first use checks that text leaves ink.
import { createRequire } from 'node:module';
import { createCanvas, GlobalFonts } from '@napi-rs/canvas';
import { FONT_FAMILY } from '../report/charts/style.ts';

const FONT_FILES = [
  '@fontsource/inter/files/inter-latin-400-normal.woff2',
  '@fontsource/inter/files/inter-latin-600-normal.woff2',
] as const;

/** Registers the bundled fonts once per process; throws when text would come out empty. */
export function ensureFonts(): void {
  if (GlobalFonts.has(FONT_FAMILY) && hasInk(FONT_FAMILY)) return;
  const { resolve } = createRequire(import.meta.url);
  for (const file of FONT_FILES) GlobalFonts.registerFromPath(resolve(file), FONT_FAMILY);
  if (!hasInk(FONT_FAMILY)) {
    throw new Error(
      `Text cannot be drawn: the bundled font ${FONT_FAMILY} was not loaded. Run \`npm ci\` so that @fontsource/inter is complete.`,
    );
  }
}

/** Whether drawing a word in this font changes any pixel. */
export function hasInk(family: string): boolean {
  if (!GlobalFonts.has(family)) return false;
  const canvas = createCanvas(64, 32);
  const pen = canvas.getContext('2d');
  pen.font = `20px ${family}`;
  pen.fillText('ink', 4, 24);
  return pen.getImageData(0, 0, 64, 32).data.some((value) => value > 0);
}
