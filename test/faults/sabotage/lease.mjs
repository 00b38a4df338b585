import { insteadOf } from './instead.mjs';

insteadOf('src/store/leases.js', './without-lease.mjs');
