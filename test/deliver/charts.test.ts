import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createCanvas, loadImage } from '@napi-rs/canvas';
import { afterEach, describe, expect, it } from 'vitest';
import { chartRenderer, renderChart } from '../../src/deliver/charts.ts';
import { ensureFonts, hasInk } from '../../src/deliver/fonts.ts';
import { quickChart } from '../../src/deliver/quickchart.ts';
import { heapFlame } from '../../src/flame/flame.ts';
import type { ChartConfig } from '../../src/report/charts/config.ts';
import { pictures } from '../../src/report/charts/pictures.ts';
import { CHART_SIZE } from '../../src/report/charts/size.ts';
import { textWidth } from '../../src/report/charts/text-width.ts';
import { heapStacks } from '../kit/heap-stacks.ts';
import { sampleReport } from '../kit/report.ts';

const [memory, signatures] = pictures(sampleReport()).map(({ art }) => art) as [ChartConfig, ChartConfig];

async function pixelsOf(png: Uint8Array) {
  const image = await loadImage(Buffer.from(png));
  const canvas = createCanvas(image.width, image.height);
  const pen = canvas.getContext('2d');
  pen.drawImage(image, 0, 0);
  const { data, width, height } = pen.getImageData(0, 0, image.width, image.height);
  const at = (x: number, y: number) => [...data.slice((y * width + x) * 4, (y * width + x) * 4 + 3)];
  const count = (like: (rgb: number[]) => boolean, top = 0, bottom = height) => {
    let found = 0;
    const rgb = [0, 0, 0];
    for (let pixel = top * width; pixel < bottom * width; pixel++) {
      for (let part = 0; part < 3; part++) rgb[part] = data[pixel * 4 + part] ?? 0;
      if (like(rgb)) found++;
    }
    return found;
  };
  return { width, height, at, count };
}

const close = (rgb: number[], like: readonly number[]) =>
  rgb.every((value, i) => Math.abs(value - (like[i] ?? 0)) < 8);
const isDark = (rgb: number[]) => rgb.every((value) => value < 100);

describe('renderChart', () => {
  it('draws at twice the size, on white, with text, lines and dashes', async () => {
    const picture = await pixelsOf(await renderChart(memory, CHART_SIZE));
    expect([picture.width, picture.height]).toEqual([1040, 800]);
    expect(picture.at(2, 2)).toEqual([255, 255, 255]);
    // the title's strip, above the plot
    expect(picture.count(isDark, 0, 70)).toBeGreaterThan(1_000);
    expect(picture.count((rgb) => close(rgb, [0x00, 0x72, 0xb2]))).toBeGreaterThan(3_000);
    expect(picture.count((rgb) => close(rgb, [0xd5, 0x5e, 0x00]))).toBeGreaterThan(2_000);
  });

  it('draws the bars', async () => {
    const picture = await pixelsOf(await renderChart(signatures, CHART_SIZE));
    expect(picture.count((rgb) => close(rgb, [0xd5, 0x5e, 0x00]))).toBeGreaterThan(20_000);
  });

  it('draws what Chart.js cannot, in the tones of growth, with words', async () => {
    const heap = heapFlame([
      {
        before: heapStacks`main.main → ledger.append 2MiB`,
        after: heapStacks`main.main → ledger.append 90MiB`,
      },
    ]);
    const [flame] = pictures(sampleReport('heap-leak'), heap ? { heap } : {}).slice(1);
    if (!flame) throw new Error('there is a flame');
    const { png } = await chartRenderer({ quickchartUrl: 'http://127.0.0.1:9' })(flame.art, flame.size);
    const picture = await pixelsOf(png);
    expect([picture.width, picture.height]).toEqual([1040, flame.size.height * 2]);
    expect(picture.count((rgb) => close(rgb, [0xec, 0x8c, 0x52]))).toBeGreaterThan(50_000);
    expect(picture.count(isDark)).toBeGreaterThan(3_000);
  });

  it('leaves the configuration as it was', async () => {
    const before = JSON.stringify(memory);
    await renderChart(memory, { width: 300, height: 200 });
    expect(JSON.stringify(memory)).toBe(before);
  });

  it('goes on after a chart that could not be drawn', async () => {
    const bad = renderChart(memory, { width: 1e9, height: 10 });
    const good = renderChart(memory, { width: 200, height: 120 });
    await expect(bad).rejects.toThrow('A chart is 1 to 4000 pixels wide and high');
    expect((await good).length).toBeGreaterThan(1_000);
  });
});

it('knows how wide words are in the bundled font', () => {
  ensureFonts();
  const pen = createCanvas(1, 1).getContext('2d');
  for (const [weight, name] of [
    [400, 'regular'],
    [600, 'bold'],
  ] as const) {
    pen.font = `${weight} 15px Inter`;
    for (const words of ['payments/ledger.(*Writer).flush', 'net/http.(*conn).serve', '+98.1 MiB', 'W@…']) {
      const drawn = pen.measureText(words).width;
      expect(textWidth(words, 15, name) / drawn).toBeGreaterThan(0.99);
      expect(textWidth(words, 15, name) / drawn).toBeLessThan(1.06);
    }
  }
});

it('draws words on a machine without any font', () => {
  const nowhere = mkdtempSync(join(tmpdir(), 'goleak-no-fonts-'));
  try {
    const script = fileURLToPath(new URL('./without-fonts.ts', import.meta.url));
    const said = execFileSync(process.execPath, ['--import', 'tsx', script], {
      env: {
        PATH: process.env.PATH,
        HOME: nowhere,
        FONTCONFIG_PATH: nowhere,
        FONTCONFIG_FILE: join(nowhere, 'none.conf'),
        // The canvas has its own list of folders besides.
        DISABLE_SYSTEM_FONTS_LOAD: '1',
      },
    });
    const { families, ink } = JSON.parse(said.toString()) as {
      families: number;
      ink: Record<string, number>;
    };
    expect(families).toBe(0);
    expect(Object.keys(ink)).toHaveLength(4);
    for (const dark of Object.values(ink)) expect(dark).toBeGreaterThan(1_000);
  } finally {
    rmSync(nowhere, { recursive: true });
  }
}, 60_000);

it('knows a font that leaves ink from one that is not there', () => {
  ensureFonts();
  expect(hasInk('Inter')).toBe(true);
  expect(hasInk('No Such Font')).toBe(false);
});

describe('a QuickChart host', () => {
  const closers: (() => Promise<void>)[] = [];
  afterEach(async () => {
    for (const close of closers.splice(0)) await close();
  });

  interface Asked {
    readonly method: string | undefined;
    readonly path: string | undefined;
    readonly body: Record<string, unknown>;
  }

  async function host(answer: (response: ServerResponse) => void): Promise<{ url: string; asked: Asked[] }> {
    const asked: Asked[] = [];
    const server = createServer(async (request, response) => {
      asked.push({ method: request.method, path: request.url, body: JSON.parse(await bodyOf(request)) });
      answer(response);
    });
    await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
    closers.push(
      () =>
        new Promise((closed) => {
          server.close(() => closed());
          server.closeAllConnections();
        }),
    );
    return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked };
  }

  async function bodyOf(request: IncomingMessage): Promise<string> {
    let body = '';
    for await (const chunk of request) body += chunk;
    return body;
  }

  it('is handed the same configuration, for Chart.js 4 at twice the size', async () => {
    const png = await renderChart(memory, { width: 100, height: 60 });
    const { url, asked } = await host((response) => response.end(png));
    const drawn = await chartRenderer({ quickchartUrl: url })(memory, CHART_SIZE);
    expect(drawn.renderer).toBe('quickchart');
    expect(Buffer.from(drawn.png).equals(Buffer.from(png))).toBe(true);
    expect(asked).toMatchObject([
      {
        method: 'POST',
        path: '/chart',
        body: {
          version: '4',
          width: 520,
          height: 400,
          devicePixelRatio: 2,
          format: 'png',
          backgroundColor: '#FFFFFF',
        },
      },
    ]);
    expect(JSON.parse(String(asked[0]?.body.chart))).toEqual(JSON.parse(JSON.stringify(memory)));
  });

  it.each<[string, (response: ServerResponse) => void]>([
    ['HTTP 500', (response) => response.writeHead(500).end('boom')],
    ['an answer that is no PNG', (response) => response.end('<html>')],
    [
      'the connection broke',
      (response) => response.writeHead(302, { location: 'http://127.0.0.1:9/' }).end(),
    ],
    ['an answer larger than 5242880 bytes', (response) => response.end(Buffer.alloc(6 * 1024 * 1024))],
    ['UND_ERR_SOCKET', (response) => response.destroy()],
  ])('that fails (%s) is replaced by drawing here, and said so', async (reason, answer) => {
    const { url } = await host(answer);
    const drawn = await chartRenderer({ quickchartUrl: url })(memory, { width: 200, height: 120 });
    expect(drawn.renderer).toBe('embedded');
    expect(Buffer.from(drawn.png.slice(1, 4)).toString()).toBe('PNG');
    expect(drawn.problem).toEqual({
      code: 'quickchart-failed',
      text: `The QuickChart host did not draw the chart (${reason}); it was drawn here instead.`,
    });
  });

  it('that does not answer is not waited for', async () => {
    const { url } = await host(() => undefined);
    expect(await quickChart(url, memory, CHART_SIZE, 200)).toEqual({ reason: 'no answer within 0.2 s' });
  });

  it('that is down or no address at all gives a reason without the address', async () => {
    const { url } = await host(() => undefined);
    for (const close of closers.splice(0)) await close();
    const withSecret = url.replace('//', '//user:secret@');
    expect(await quickChart(withSecret, memory, CHART_SIZE)).toEqual({ reason: 'ECONNREFUSED' });
    expect(await quickChart('not a url', memory, CHART_SIZE)).toEqual({ reason: 'its address is not a URL' });
  });
});

it('draws here when no host is configured', async () => {
  const drawn = await chartRenderer()(signatures, { width: 200, height: 120 });
  expect(drawn).toMatchObject({ renderer: 'embedded' });
  expect(drawn).not.toHaveProperty('problem');
});
