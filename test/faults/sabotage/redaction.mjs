import { insteadOf } from './instead.mjs';

// Two layers of one protection: either alone would do for what the proving ground plants.
insteadOf('src/capture/vars.js', './without-redaction.mjs');
insteadOf('src/capture/strike-out.js', './without-redaction.mjs');
