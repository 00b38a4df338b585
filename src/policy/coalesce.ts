// Decides what may be done to a service, from plain facts: no clock, no Redis, no network. Whoever asks acts on it.
import { type CaptureRequest, isAutomatic } from '../model/request.ts';

/**
 * What a request wants, as a text that is equal for two requests one capture can answer. Undefined for one that needs a
 * capture of its own: a comparison starts from one certain capture, and uploaded
 * files are read for those who uploaded them, as what a service pushed is for that service.
 */
export function wantsSame(request: CaptureRequest): string | undefined {
  const {
    service,
    instances,
    kinds,
    windowMs,
    origin,
    consent,
    lightOnly = false,
    compareWith,
    sameInstancesAs,
    files,
    pushed,
  } = request;
  if (files !== undefined || pushed || compareWith !== undefined || sameInstancesAs !== undefined)
    return undefined;
  const which = typeof instances === 'string' ? instances : [...instances].sort();
  return JSON.stringify([
    service,
    which,
    [...kinds].sort(),
    windowMs,
    isAutomatic(origin),
    consent ?? 'none',
    lightOnly,
  ]);
}
