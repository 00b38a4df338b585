// Looks for a chromium for the tests that press buttons on the workspace page. Never installed from here.
import { findProgram, isHidden } from './programs.mjs';

const BROWSERS = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];

/** Either `{ path }`, or `{ absent }` with the reason in words. */
export function findChromium({ env = process.env, find = findProgram } = {}) {
  if (isHidden('chromium', env)) return { absent: 'hidden by GOLEAK_HIDE' };
  const path = find(BROWSERS, { env, folders: ['/Applications/Google Chrome.app/Contents/MacOS'] });
  return path ? { path } : { absent: 'not found in PATH' };
}
