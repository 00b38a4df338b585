import { expect, it } from 'vitest';
import type { Fetch } from '../../src/capture/fetch.ts';
import { openMetrics } from '../../src/metrics.ts';
import { measuredFetch } from '../../workers/measured.ts';
import { fakeTarget } from '../kit/fake-target.ts';

it('tells the service which capture asks, measured or not', async () => {
  const told: unknown[] = [];
  const { fetch } = fakeTarget();
  const telling: Fetch = (instance, endpoint, signal, capture) => {
    told.push(capture);
    return fetch(instance, endpoint, signal, capture);
  };
  const measured = measuredFetch(
    telling,
    openMetrics(async () => ({})),
  );
  const instance = { name: 'one', pprofUrl: 'http://127.0.0.1:1/debug/pprof' };
  await measured(instance, 'index', new AbortController().signal, '20261126-a');
  expect(told).toEqual(['20261126-a']);
});
