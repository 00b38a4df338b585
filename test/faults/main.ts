// What `npm run faults` runs once the machine is prepared.
import { parseArgs } from 'node:util';
import { playCampaign } from './campaign.ts';

const { values } = parseArgs({
  options: {
    campaign: { type: 'string', default: '200' },
    kills: { type: 'string' },
    seed: { type: 'string' },
    ledger: { type: 'string', default: '.faults/ledger.jsonl' },
  },
});

const requests = Number(values.campaign);
const verdict = await playCampaign({
  requests,
  kills: Number(values.kills ?? Math.round(requests * 0.3)),
  seed: Number(values.seed ?? 1 + Math.floor(Math.random() * 2 ** 31)),
  ledgerFile: values.ledger,
  redisServer: process.env.GOLEAK_REDIS_SERVER ?? 'redis-server',
  dist: process.env.GOLEAK_FAULTS_DIST ?? 'dist',
  say: (text) => console.log(text),
});
process.exitCode = verdict.kept ? 0 : 1;
