// What people see is what was accepted, and a script finds nothing wrong with it. `npm run gallery` says more, with pictures.
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { requires } from '../kit/require.ts';
import { GALLERY, HOW_TO_ACCEPT, judge, pictureNames } from './gallery.ts';
import { readmeOf } from './readme.ts';
import { SCENES } from './scenes/all.ts';
import { type Camera, openCamera } from './shoot.ts';

/** Some 40 kB a picture. */
const MOST_BYTES = 16 * 1024 * 1024;

describe('the gallery', () => {
  it('has every picture of every scene, and none besides', () => {
    const kept = readdirSync(GALLERY).filter((name) => name.endsWith('.png'));
    expect(kept.toSorted(), HOW_TO_ACCEPT).toEqual(pictureNames(SCENES).toSorted());
  });

  it('tells in its index where each scene comes from', () => {
    expect(readFileSync(join(GALLERY, 'README.md'), 'utf8'), HOW_TO_ACCEPT).toBe(readmeOf(SCENES));
  });

  it('stays small', () => {
    const bytes = readdirSync(GALLERY).reduce((sum, name) => sum + statSync(join(GALLERY, name)).size, 0);
    expect(bytes).toBeLessThan(MOST_BYTES);
  });
});

describe.skipIf(requires('chromium'))('scenes of the gallery', () => {
  let camera: Camera;
  beforeAll(async () => {
    camera = await openCamera();
  }, 60_000);
  afterAll(() => camera?.close());

  it.each(SCENES)('$name: $about', { timeout: 180_000 }, async (scene) => {
    const { changes, problems } = await judge(scene, await camera.shoot(scene, false), camera);
    expect(problems, 'a script finds this wrong').toEqual([]);
    expect(changes, HOW_TO_ACCEPT).toEqual([]);
  });
});
