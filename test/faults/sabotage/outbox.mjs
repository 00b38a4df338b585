import { insteadOf } from './instead.mjs';

insteadOf('src/outbox/outbox.js', './without-outbox.mjs');
