// The door through which the proving ground takes a protection out of the product. It is not in src/ nor in the image, and
// opens only for a process started with `--import test/faults/sabotage/<protection>.mjs`.
import { register } from 'node:module';

/** @param replaced end of the URL of a compiled module, `src/…js`; `by` lies beside this file */
export function insteadOf(replaced, by) {
  const data = { replaced, by: new URL(by, import.meta.url).href };
  register('./hooks.mjs', import.meta.url, { data });
  process.stderr.write(`SABOTAGED for the proving ground: ${replaced}\n`);
}
