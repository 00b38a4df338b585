// `npm run gallery`: takes the pictures of every scene and says what is different from what was accepted, and what a script
// finds wrong. `-- --accept` keeps what is new; `-- --only compare,why` looks at scenes with one of these in
// their name.
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { accept, closeAccepted, GALLERY, HOW_TO_ACCEPT, type Judged, judge } from './gallery.ts';
import { readmeOf } from './readme.ts';
import { SCENES } from './scenes/all.ts';
import { openCamera } from './shoot.ts';

const { values } = parseArgs({
  options: { accept: { type: 'boolean', default: false }, only: { type: 'string', default: '' } },
});
const scenes = SCENES.filter(({ name }) => values.only.split(',').some((part) => name.includes(part)));
const folder = mkdtempSync(join(tmpdir(), 'goleak-gallery-'));
const camera = await openCamera();
const judged: Judged[] = [];
try {
  for (const [at, scene] of scenes.entries()) {
    const shots = await camera.shoot(scene, true);
    // What is accepted in any case need not be compared pixel by pixel.
    const compared = values.accept ? shots.map(({ png: _, ...rest }) => rest) : shots;
    const found = await judge(scene, compared, { chromium: camera.chromium, folder });
    judged.push(found);
    if (values.accept) await accept(scene, shots);
    const said = [...found.problems, ...(values.accept ? [] : found.changes)];
    console.log(
      `${at + 1} of ${scenes.length}: ${scene.name}${said.length === 0 ? '' : `: ${said.length} found`}`,
    );
    for (const sentence of said) console.log(`  ${sentence}`);
  }
  if (values.accept) {
    if (values.only === '') closeAccepted(SCENES, camera.chromium);
    writeFileSync(join(GALLERY, 'README.md'), readmeOf(SCENES));
  }
} finally {
  await camera.close();
}
const changed = judged.filter(({ changes }) => changes.length > 0);
const wrong = judged.filter(({ problems }) => problems.length > 0);
if (wrong.length > 0)
  console.log(`\n${wrong.length} scenes have something wrong; accepting does not mend that.`);
if (changed.length > 0 && !values.accept) {
  console.log(
    `\n${changed.length} scenes are not as they were accepted: pictures are in ${folder}. ${HOW_TO_ACCEPT}`,
  );
}
process.exitCode = wrong.length > 0 || (changed.length > 0 && !values.accept) ? 1 : 0;
