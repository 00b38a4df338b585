import { expect, it } from 'vitest';
import { isUploaded, uploadedName } from '../../src/model/upload.ts';

it.each([
  [['stacks.txt'], 'uploaded stacks.txt'],
  [['before.pb.gz', 'after.pb.gz'], 'uploaded before.pb.gz and after.pb.gz'],
  [['heap-leak.t065.heap.pb.gz', 'heap-leak.t305.heap.pb.gz'], 'uploaded files (2)'],
  [['a', 'b', 'c'], 'uploaded files (3)'],
  [[`${'long-'.repeat(20)}name.pb.gz`], 'uploaded long-long-long-long-l…-long-long-name.pb.gz'],
  [[], 'uploaded file'],
])('a report on %j is called "%s"', (names, name) => {
  expect(uploadedName(names)).toBe(name);
  expect(isUploaded(name)).toBe(true);
  expect(name.length).toBeLessThan(60);
});

it('no service can be taken for an upload', () => {
  expect(isUploaded('uploaded')).toBe(false);
  expect(isUploaded('uploaded-svc')).toBe(false);
});
