// A child that does what its question's id says, in place of an analysis.
import { existsSync } from 'node:fs';

const hoard = [];
const acts = {
  loop: () => {
    for (;;);
  },
  buffers: () => {
    for (;;) hoard.push(Buffer.alloc(2 ** 23, 1));
  },
  heap: () => {
    for (;;) hoard.push(Array.from({ length: 1000 }, (_, index) => ({ index })));
  },
  exit: () => process.exit(7),
  abort: () => process.abort(),
  kill: () => process.kill(process.pid, 'SIGKILL'),
  throw: () => process.send({ kind: 'threw', stack: 'Error: planted' }),
  large: () => process.send({ kind: 'too-large', sizeBytes: 2 ** 30 }),
};

process.on('disconnect', () => process.exit());
process.on('message', ({ id }) => {
  process.send({ kind: 'at', file: 'payments-1/0/heap.pb.gz' }, () => acts[id]?.());
});
if (!existsSync('/proc')) process.stderr.write('without /proc memory is not watched\n');
