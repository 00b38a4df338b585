import { describe, expect, it } from 'vitest';
import type { CaptureRequest } from '../../src/model/request.ts';
import { submit } from '../../src/queue/submit.ts';
import { requestOf } from '../workers/room.ts';

/** Redis and its queue, as a list of what was done. */
function ports(slowAccept = Promise.resolve(), leader?: string) {
  const done: string[] = [];
  const step = (what: string) => async (): Promise<void> => {
    done.push(what);
  };
  return {
    done,
    requests: {
      accept: ({ id }: CaptureRequest) => slowAccept.then(step('accept')).then(() => leader ?? id),
      withdraw: step('withdraw'),
    },
    queue: { capture: step('capture'), deliver: step('deliver') },
  };
}

describe('submitting a request', () => {
  it('enqueues again what is delivered again: the first delivery may have been cut off', async () => {
    const { done, ...rest } = ports();
    await submit(requestOf('20261101-a'), rest);
    await submit(requestOf('20261101-a'), rest);
    expect(done).toEqual(['accept', 'capture', 'deliver', 'accept', 'capture', 'deliver']);
  });

  it('starts no second capture for what somebody else’s will answer', async () => {
    const { done, ...rest } = ports(undefined, '20261101-a');
    await submit(requestOf('20261101-b'), rest);
    expect(done).toEqual(['accept', 'deliver']);
  });

  it('takes back what a Redis that woke up late carried out after all', async () => {
    let wake = (): void => {};
    const { done, ...rest } = ports(
      new Promise((resolve) => {
        wake = resolve;
      }),
    );
    await expect(submit(requestOf('20261101-b'), rest)).rejects.toThrow('nothing was started');
    expect(done).toEqual([]);
    wake();
    await expect.poll(() => done.at(-1)).toBe('withdraw');
  });

  it('takes back a request whose job Redis refused', async () => {
    const { done, requests, queue } = ports();
    const full = { ...queue, capture: () => Promise.reject(new Error('OOM command not allowed')) };
    await expect(submit(requestOf('20261101-c'), { requests, queue: full })).rejects.toThrow(
      'nothing was started',
    );
    await expect.poll(() => done.at(-1)).toBe('withdraw');
  });
});
