// What `npm run faults` runs once the machine is prepared: the list of faults, the kill campaign, or a measurement.
import { parseArgs } from 'node:util';
import { measureAcknowledgements } from './acknowledgements.ts';
import { playCampaign } from './campaign.ts';
import { playDigests } from './digest-campaign.ts';
import { VARIANTS } from './list/all.ts';
import { countText, playVariants } from './play.ts';
import { measureRecovery } from './recovery.ts';
import { PROTECTIONS, type Protection, type Variant } from './variants.ts';

const { values } = parseArgs({
  options: {
    only: { type: 'string' },
    sabotage: { type: 'string' },
    campaign: { type: 'string' },
    digests: { type: 'string' },
    recovery: { type: 'string' },
    acks: { type: 'string' },
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
  const isWanted = ({ fault, variant }: Variant): boolean =>
    wanted === undefined ||
    // F1 is not the beginning of F10.
    wanted.some((word) =>
      `${fault} ${variant} `.toLowerCase().startsWith(word.includes(' ') ? word : `${word} `),
    );
  const { sabotage } = values;
  if (sabotage !== undefined && !isProtection(sabotage)) {
    say(`--sabotage takes one of ${PROTECTIONS.join(', ')}`);
    return false;
  }
  const variants = VARIANTS.filter(isWanted).filter(
    ({ guards }) => sabotage === undefined || guards?.includes(sabotage),
  );
  const preload = sabotage === undefined ? [] : [`./test/faults/sabotage/${sabotage}.mjs`];
  const play = { variants, programs: { ...programs, preload }, seed, ledgerFile: values.ledger, say };
  if (sabotage !== undefined) say(`Without ${sabotage}: these promises must be broken.`);
  const played = await playVariants(play);
  say(countText(played, play));
  return played.length > 0 && played.every(({ kept }) => kept);
}

async function campaign(requests: number): Promise<boolean> {
  const kills = Number(values.kills ?? Math.round(requests * 0.3));
  return (await playCampaign({ requests, kills, seed, ledgerFile: values.ledger, programs, say })).kept;
}

async function digests(slots: number): Promise<boolean> {
  return (await playDigests({ slots, seed, ledgerFile: values.ledger, programs, say })).kept;
}

function isProtection(word: string): word is Protection {
  return (PROTECTIONS as readonly string[]).includes(word);
}

/** What is asked for by name; else the list. */
async function run(): Promise<boolean> {
  const { recovery, acks } = values;
  if (values.campaign !== undefined) return campaign(Number(values.campaign));
  if (values.digests !== undefined) return digests(Number(values.digests));
  if (recovery !== undefined) return measureRecovery({ kills: Number(recovery), seed, programs, say });
  if (acks !== undefined) return measureAcknowledgements({ seconds: Number(acks), seed, programs, say });
  return list();
}

process.exitCode = (await run()) ? 0 : 1;
