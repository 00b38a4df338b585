// The index of the gallery: of each scene its pictures, what it shows, and where it comes from.
import { pictureName } from './gallery.ts';
import type { Scene } from './scene.ts';

const HEAD = `# Gallery

What people see, scene by scene: the workspace page of this repository renders what the product sends, at phone and desktop
width, in light and dark colours. Nothing here is drawn by hand: each scene is made of a recorded capture, named below it.

\`npm run gallery\` takes the pictures again and compares; \`npm run gallery -- --accept\` keeps what is new. Made by it; do
not edit this file.
`;

export function readmeOf(scenes: readonly Scene[]): string {
  return `${[HEAD, ...scenes.map(sceneText)].join('\n')}`;
}

function sceneText({ name, about, origin }: Scene): string {
  const picture = (width: 'phone' | 'desktop', colours: 'light' | 'dark') =>
    `[<img src="${pictureName(name, { width, colours })}" alt="${name}: ${width}, ${colours}" width="${width === 'phone' ? 150 : 340}">](${pictureName(name, { width, colours })})`;
  const from = origin.map(({ go, program, command }) =>
    [go, `\`${program}\``, `\`${command}\``].filter((part) => part !== undefined).join(' · '),
  );
  return [
    `## ${name}`,
    '',
    about,
    '',
    ...from.map((line) => `- ${line}`),
    '',
    '| phone | phone, dark | desktop | desktop, dark |',
    '|---|---|---|---|',
    `| ${picture('phone', 'light')} | ${picture('phone', 'dark')} | ${picture('desktop', 'light')} | ${picture('desktop', 'dark')} |`,
    '',
  ].join('\n');
}
