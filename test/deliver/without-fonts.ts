// Run by charts.test.ts in a process that finds no font of the machine: draws what a thread shows, and prints how many
// font families there were and how much ink each picture has where only words are.
import { createCanvas, GlobalFonts, loadImage } from '@napi-rs/canvas';
import { renderChart } from '../../src/deliver/charts.ts';
import { heapFlame } from '../../src/flame/flame.ts';
import { allPictures } from '../../src/report/charts/pictures.ts';
import { heapStacks } from '../kit/heap-stacks.ts';
import { sampleReport } from '../kit/report.ts';

const families = GlobalFonts.families.length;
const heap = heapFlame([{ after: heapStacks`main.main → ledger.append 9MiB` }]);
const ink: Record<string, number> = {};
for (const { name, art, size } of allPictures(sampleReport(), heap ? { heap } : {})) {
  ink[name] = await inkOfTitle(await renderChart(art, size));
}
process.stdout.write(JSON.stringify({ families, ink }));

/** The title's strip, above everything that is drawn. */
async function inkOfTitle(png: Uint8Array): Promise<number> {
  const image = await loadImage(Buffer.from(png));
  const pen = createCanvas(image.width, 70).getContext('2d');
  pen.drawImage(image, 0, 0);
  const { data } = pen.getImageData(0, 0, image.width, 70);
  let dark = 0;
  for (let at = 0; at < data.length; at += 4) if ((data[at] ?? 255) < 100) dark += 1;
  return dark;
}
