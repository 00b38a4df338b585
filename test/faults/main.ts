// What `npm run faults` runs once the machine is prepared: the list of faults, or the kill campaign.
import { parseArgs } from 'node:util';
import { playCampaign } from './campaign.ts';
import { VARIANTS } from './list/all.ts';
import { countText, playVariants } from './play.ts';

const { values } = parseArgs({
  options: {
    only: { type: 'string' },
    campaign: { type: 'string' },
    kills: { type: 'string' },
    seed: { type: 'string' },
    ledger: { type: 'string', default: '.faults/ledger.jsonl' },
  },
});

const seed = Number(values.seed ?? 1 + Math.floor(Math.random() * 2 ** 31));
const programs = {
  redisServer: process.env.GOLEAK_REDIS_SERVER ?? 'redis-server',
  dist: process.env.GOLEAK_FAULTS_DIST ?? 'dist',
};
const say = (text: string): void => console.log(text);

async function list(): Promise<boolean> {
  const wanted = values.only?.toLowerCase().split(',');
  const variants = VARIANTS.filter(
    ({ fault, variant }) =>
      wanted === undefined || wanted.some((word) => `${fault} ${variant}`.toLowerCase().startsWith(word)),
  );
  const play = { variants, programs, seed, ledgerFile: values.ledger, say };
  const played = await playVariants(play);
  say(countText(played, play));
  return played.length > 0 && played.every(({ kept }) => kept);
}

async function campaign(requests: number): Promise<boolean> {
  const kills = Number(values.kills ?? Math.round(requests * 0.3));
  return (await playCampaign({ requests, kills, seed, ledgerFile: values.ledger, programs, say })).kept;
}

const kept = await (values.campaign === undefined ? list() : campaign(Number(values.campaign)));
process.exitCode = kept ? 0 : 1;
