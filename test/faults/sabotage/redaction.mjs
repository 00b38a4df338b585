import { insteadOf } from './instead.mjs';

insteadOf('src/capture/vars.js', './without-redaction.mjs');
