// A QuickChart host, when the operator runs one: the same configuration, drawn elsewhere. It receives service
// and function names, so it is opt-in. Answers are bounded in time and size and must be PNG.
import quickChartModule from 'quickchart-js';
import type { ChartConfig } from '../report/charts/config.ts';
import type { PictureSize } from '../report/charts/size.ts';

// The package types its CommonJS build; Node loads the ESM one, whose default export is the class itself.
const QuickChart = quickChartModule as unknown as typeof quickChartModule.default;

/** Beyond this a reader has waited longer than drawing it here takes (about 60 ms). */
const TIMEOUT_MS = 5_000;
/** Our pictures are 40-150 kB at 1040x800. */
const LARGEST_PNG_BYTES = 5 * 1024 * 1024;
const PNG_SIGNATURE = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a] as const;
/** quickchart-js asks for Chart.js 2.9.4 unless told otherwise. */
const CHART_JS_VERSION = '4';

export type QuickChartAnswer = { readonly png: Uint8Array } | { readonly reason: string };

/** Never throws: whatever the host does wrong comes back as a reason, and the caller draws it itself. */
export async function quickChart(
  hostUrl: string,
  config: ChartConfig,
  size: PictureSize,
  timeoutMs = TIMEOUT_MS,
): Promise<QuickChartAnswer> {
  const host = URL.canParse(hostUrl) ? new URL(hostUrl) : undefined;
  if (host === undefined || !/^https?:$/.test(host.protocol)) return { reason: 'its address is not a URL' };
  try {
    // quickchart-js reads an answer whole before it can be measured, so it prepares the request and the
    // bounded read below sends it.
    const response = await fetch(new URL('chart', withSlash(host)), {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(chartRequest(host, config, size).getPostData()),
      redirect: 'error',
      signal: AbortSignal.timeout(timeoutMs),
    });
    if (!response.ok) {
      await response.body?.cancel();
      return { reason: `HTTP ${response.status}` };
    }
    const png = await readBounded(response, LARGEST_PNG_BYTES);
    if (png === undefined) return { reason: `an answer larger than ${LARGEST_PNG_BYTES} bytes` };
    return PNG_SIGNATURE.every((byte, index) => png[index] === byte)
      ? { png }
      : { reason: 'an answer that is no PNG' };
  } catch (error) {
    return { reason: reasonOf(error, timeoutMs) };
  }
}

function chartRequest(
  host: URL,
  config: ChartConfig,
  { width, height }: PictureSize,
): InstanceType<typeof QuickChart> {
  return new QuickChart()
    .setHost(host.host)
    .setScheme(host.protocol.replace(':', ''))
    .setVersion(CHART_JS_VERSION)
    .setConfig(JSON.stringify(config))
    .setWidth(width)
    .setHeight(height)
    .setDevicePixelRatio(2)
    .setBackgroundColor('#FFFFFF')
    .setFormat('png');
}

async function readBounded(response: Response, largestBytes: number): Promise<Uint8Array | undefined> {
  const chunks: Uint8Array[] = [];
  let total = 0;
  for await (const chunk of response.body ?? []) {
    const bytes = chunk as Uint8Array;
    total += bytes.length;
    // Leaving the loop closes the connection; what is still to come is never read.
    if (total > largestBytes) return undefined;
    chunks.push(bytes);
  }
  return Buffer.concat(chunks);
}

/** The error's own words may hold the host's address with credentials; its kind is enough. */
function reasonOf(error: unknown, timeoutMs: number): string {
  if (error instanceof Error && error.name === 'TimeoutError')
    return `no answer within ${timeoutMs / 1000} s`;
  const cause = error instanceof Error ? error.cause : undefined;
  const code = cause !== null && typeof cause === 'object' && 'code' in cause ? String(cause.code) : '';
  return /^[A-Z_]{3,40}$/.test(code) ? code : 'the connection broke';
}

function withSlash(host: URL): URL {
  const base = new URL(host);
  base.username = '';
  base.password = '';
  base.search = '';
  base.hash = '';
  if (!base.pathname.endsWith('/')) base.pathname += '/';
  return base;
}
