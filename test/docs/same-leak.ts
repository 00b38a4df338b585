/** The leak that docs/why.md tells of: goroutines that wait for ever, each with a buffer. */
const RUN = 'test/captures/programs/heavy-buffer/go1.26.8-high';

export const SAME_LEAK = {
  service: 'uploads-svc',
  snapshots: [`${RUN}/1`, `${RUN}/2`, `${RUN}/3`],
  command: `npm run -s goleak -- analyze ${RUN}/1 ${RUN}/2 ${RUN}/3 --html leak.html`,
} as const;
