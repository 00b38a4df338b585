import { insteadOf } from './instead.mjs';

insteadOf('src/entry/acknowledge.js', './without-ack.mjs');
