import { middleCut, shorterAndShorter } from '../name.ts';
import { PICTURE_WIDTH } from './size.ts';
import { chartText } from './style.ts';
import { textWidth } from './text-width.ts';

/** With fewer characters a cut name is a riddle. */
const FEWEST_CHARACTERS = 7;
const MOST_CHARACTERS = 120;

/** The longest form of a Go name that is no wider than `room` pixels, cut in the middle if need be; empty when nothing fits. */
export function nameInside(func: string, room: number, size: number): string {
  const forms = formsOf(func);
  return forms.find((form) => textWidth(form, size) <= room) ?? cutInside(forms, room, size);
}

/** A name and its figure in one box. The package in the name is worth more than the figure, the figure more than a whole name. */
export function nameAndFigure(
  func: string,
  figure: string,
  { room, size, gap }: { readonly room: number; readonly size: number; readonly gap: number },
): { readonly name: string; readonly figure: string } {
  const beside = room - textWidth(figure, size) - gap;
  const [parent = '', own = '', ...shorter] = formsOf(func);
  const fits = (form: string, width: number) => form !== '' && textWidth(form, size) <= width;
  for (const form of [parent, own]) if (fits(form, beside)) return { name: form, figure };
  if (fits(own, room)) return { name: own, figure: '' };
  for (const form of shorter) if (fits(form, beside)) return { name: form, figure };
  return { name: nameInside(func, room, size), figure: '' };
}

/** Beside a title, left and right. */
const TITLE_EDGE = 12;
const TITLE_TYPE = 19;
const LONGEST_NAME = 80;

/** `payments-svc: where the memory is`: a picture's title, the name in it cut in the middle so that all of it is inside. */
export function titleAbout(name: string, rest: string): string {
  const room = PICTURE_WIDTH - 2 * TITLE_EDGE;
  const isInside = (title: string) => textWidth(title, TITLE_TYPE, 'bold') <= room;
  for (let characters = LONGEST_NAME; characters > FEWEST_CHARACTERS; characters--) {
    const title = `${chartText(name, characters)}${rest}`;
    if (isInside(title)) return title;
  }
  return `${chartText(name, FEWEST_CHARACTERS)}${rest}`;
}

function formsOf(func: string): readonly string[] {
  return shorterAndShorter(func).map((form) => chartText(form, MOST_CHARACTERS));
}

function cutInside(forms: readonly string[], room: number, size: number): string {
  const shortest = forms.at(-1) ?? '';
  for (let characters = shortest.length - 1; characters >= FEWEST_CHARACTERS; characters--) {
    const cut = middleCut(shortest, characters);
    if (textWidth(cut, size) <= room) return cut;
  }
  return '';
}
