// A scene on the page, in a real chromium: its picture at every width and in both colour schemes, what a script finds
// wrong with it, and where everything stands.
import { readFileSync } from 'node:fs';
import type { Page } from 'playwright-core';
import { openBrowser, type TestBrowser } from '../kit/browser.ts';
import { CHANNEL, ON_CALL } from '../kit/stage.ts';
import type { Line } from './layout.ts';
import { openOwnPage, scrollOwnPage } from './own-page.ts';
import { openRoom } from './room.ts';
import type { Scene, Sight } from './scene.ts';

export const WIDTHS = { phone: 390, desktop: 1024 } as const;
export type Width = keyof typeof WIDTHS;
export const COLOURS = ['light', 'dark'] as const;
export type Colours = (typeof COLOURS)[number];

/** What is seen of a scene in one way. */
export interface Shot {
  readonly width: Width;
  readonly colours: Colours;
  readonly png?: Uint8Array;
  readonly problems: readonly string[];
  /** The same in both colour schemes. */
  readonly lines: readonly Line[];
}

export interface Camera {
  readonly shoot: (scene: Scene, withPictures: boolean) => Promise<readonly Shot[]>;
  /** `143.0.7499.40`: fonts are drawn a little differently by each. */
  readonly chromium: string;
  readonly close: () => Promise<void>;
}

const IN_PAGE = readFileSync(new URL('./in-page.js', import.meta.url), 'utf8');
const LEAST_HEIGHT: Readonly<Record<Width, number>> = { phone: 420, desktop: 420 };
/** A thread of a dozen screens is still one picture. */
const MOST_HEIGHT = 9_000;
const MODAL_HEIGHT: Readonly<Record<Width, number>> = { phone: 844, desktop: 760 };
/** Of a page of its own, a screen and a half. */
const OWN_HEIGHT: Readonly<Record<Width, number>> = { phone: 1_200, desktop: 1_000 };
const DENSITY: Readonly<Record<Width, number>> = { phone: 1, desktop: 1 };
const MOST_TABS = 400;

/** Nothing moves, and no caret blinks. */
const STILL = `const still = new CSSStyleSheet();
still.replaceSync('*, *::before, *::after { animation: none !important; transition: none !important; caret-color: transparent !important; }');
document.adoptedStyleSheets = [...document.adoptedStyleSheets, still];`;

export async function openCamera(): Promise<Camera> {
  const browsers: Record<string, { readonly browser: TestBrowser; readonly page: Page }> = {};
  let chromium = '';
  for (const width of Object.keys(WIDTHS) as Width[]) {
    const browser = await openBrowser(
      { width: WIDTHS[width], height: LEAST_HEIGHT[width] },
      { deviceScaleFactor: DENSITY[width], timezoneId: 'UTC', locale: 'en-GB', hasTouch: false },
    );
    browsers[width] = { browser, page: await browser.context.newPage() };
    chromium = browser.context.browser()?.version() ?? chromium;
  }
  return {
    chromium,
    shoot: async (scene, withPictures) => {
      const room = await openRoom();
      try {
        const sight = await scene.play(room);
        const url = `${room.workspace.url}/${hashOf(sight)}`;
        const shots: Shot[] = [];
        for (const [width, { page }] of Object.entries(browsers)) {
          shots.push(...(await shootAt(page, url, { width: width as Width, sight, withPictures })));
        }
        return shots;
      } finally {
        await room.close();
      }
    },
    close: async () => {
      for (const { browser } of Object.values(browsers)) await browser.close();
    },
  };
}

function hashOf(sight: Sight): string {
  const about: Record<string, string> = { user: ON_CALL, channel: CHANNEL };
  if ('channel' in sight && sight.channel !== undefined) about.channel = sight.channel;
  if (sight.at === 'thread') about.thread = sight.ts;
  if (sight.at === 'home') Object.assign(about, { channel: `D${ON_CALL.slice(1)}`, tab: 'home' });
  return `#${new URLSearchParams(about)}`;
}

interface Taking {
  readonly width: Width;
  readonly sight: Sight;
  readonly withPictures: boolean;
}

async function shootAt(page: Page, url: string, { width, sight, withPictures }: Taking): Promise<Shot[]> {
  await page.setViewportSize({ width: WIDTHS[width], height: LEAST_HEIGHT[width] });
  await page.emulateMedia({ colorScheme: 'light', reducedMotion: 'reduce' });
  await page.goto('about:blank');
  if (sight.at === 'page') {
    await page.setViewportSize({ width: WIDTHS[width], height: OWN_HEIGHT[width] });
    await openOwnPage(page, sight);
  } else {
    await page.goto(url);
    await page.locator('body[data-ready]').waitFor({ timeout: 15_000 });
  }
  await page.evaluate(STILL);
  await page.evaluate(IN_PAGE);
  await makeRoom(page, width, sight);
  const shots: Shot[] = [];
  for (const colours of COLOURS) {
    await page.emulateMedia({ colorScheme: colours, reducedMotion: 'reduce' });
    const problems = (await page.evaluate('gallery.problems()')) as string[];
    if (colours === 'light' && width === 'desktop') problems.push(...(await unreachable(page)));
    if (sight.at === 'page') await scrollOwnPage(page, sight);
    const all = (await page.evaluate('gallery.layout()')) as Line[];
    const isSeen = ({ box: [, top, , height] }: Line) => top + height > 0 && top < OWN_HEIGHT[width];
    const lines = sight.at === 'page' ? all.filter(isSeen) : all;
    const png = withPictures ? { png: await page.screenshot({ animations: 'disabled' }) } : {};
    shots.push({ width, colours, problems, lines, ...png });
  }
  return shots;
}

/** Makes the window as high as what is in it, so that a picture holds all of it. */
async function makeRoom(page: Page, width: Width, { at }: Sight): Promise<void> {
  await page.evaluate(`(async () => {
    for (const image of document.images) { image.loading = 'eager'; await image.decode().catch(() => {}); }
    await document.fonts.ready;
  })()`);
  if (at === 'page') return;
  const scroller = at === 'modal' ? '.modal-body' : at === 'thread' ? '#replies' : '#messages';
  const least = at === 'modal' ? MODAL_HEIGHT[width] : LEAST_HEIGHT[width];
  // What is taller may wrap otherwise once a scroll bar is gone; twice is enough.
  for (let round = 0; round < 2; round++) {
    const missing = (await page.evaluate(
      `(() => { const list = document.querySelector('${scroller}'); return list ? list.scrollHeight - list.clientHeight : 0; })()`,
    )) as number;
    const { height = least } = page.viewportSize() ?? {};
    const wanted = Math.min(MOST_HEIGHT, Math.max(least, height + missing * (at === 'modal' ? 2 : 1)));
    await page.setViewportSize({ width: WIDTHS[width], height: wanted });
    await page.evaluate(`document.querySelector('${scroller}')?.scrollTo(0, 0)`);
  }
  await page.mouse.move(0, 0);
}

/** What the Tab key does not come to. */
async function unreachable(page: Page): Promise<string[]> {
  let left = (await page.evaluate('gallery.wanted()')) as number;
  for (let tab = 0; left > 0 && tab < MOST_TABS; tab++) {
    await page.keyboard.press('Tab');
    left = (await page.evaluate('gallery.step()')) as number;
  }
  await page.evaluate('document.activeElement?.blur()');
  return (await page.evaluate('gallery.unreached()')) as string[];
}
