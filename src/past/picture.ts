// The picture of a service's past, in the channel where somebody asked for it: the figures go to that person alone, the
// picture to all who may see what is known of the service there.
import type { Authorise } from '../authorise.ts';
import type { ChartRenderer } from '../deliver/charts.ts';
import type { SlackPoster } from '../deliver/slack.ts';
import type { DrawnHistory } from '../model/history.ts';
import type { Origin } from '../model/request.ts';
import type { Service } from '../model/target.ts';
import { historyPicture } from '../report/charts/history.ts';
import { fileName, plain } from '../report/foreign.ts';

export interface HistoryPicturePorts {
  readonly authorise: Authorise;
  readonly slack: Pick<SlackPoster, 'upload'>;
  readonly renderChart: ChartRenderer;
}

const TITLE = 120;

/**
 * Draws and shares it; false when there is nothing to draw, no channel, or it may not be shown there.
 * @throws Failure when Slack does not take it
 */
export async function showHistory(
  drawn: DrawnHistory,
  service: Service,
  origin: Origin,
  { authorise, slack, renderChart }: HistoryPicturePorts,
): Promise<boolean> {
  const { channel, threadTs } = origin;
  const picture = historyPicture(drawn);
  if (channel === undefined || !picture) return false;
  const decision = await authorise({ at: 'door', origin, actions: ['digest'], service });
  if (decision.may === 'no') return false;
  const { name, title, alt, art, size } = picture;
  const { png } = await renderChart(art, size);
  const file = { name: fileName(name), title: plain(title, TITLE), altText: alt, bytes: png };
  await slack.upload({ channel, ...(threadTs !== undefined && { threadTs }) }, [file], async () => {});
  return true;
}
