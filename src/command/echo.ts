// The command that does what a button did, so that whoever pressed it learns to type it.
import type { CaptureRequest } from '../model/request.ts';
import { DEFAULT_KINDS, DEFAULT_WINDOW_MS } from '../model/target.ts';
import { formatDuration } from '../model/units.ts';

/** `capture payments-svc --all --for 60s` */
export function captureCommand({
  service,
  instances,
  windowMs,
  kinds,
}: Pick<CaptureRequest, 'service' | 'instances' | 'windowMs' | 'kinds'>): string {
  const which =
    instances === 'all'
      ? ['--all']
      : instances === 'one'
        ? []
        : [
            `--instance ${instances.slice(0, MOST_NAMED).join(',')}${instances.length > MOST_NAMED ? ',…' : ''}`,
          ];
  const isUsual =
    kinds.length === DEFAULT_KINDS.length && DEFAULT_KINDS.every((kind) => kinds.includes(kind));
  return [
    `capture ${service}`,
    ...which,
    ...(windowMs === DEFAULT_WINDOW_MS
      ? []
      : [`--for ${windowMs === 0 ? '0s' : formatDuration(windowMs).replaceAll(' ', '')}`]),
    ...(isUsual ? [] : [`--kinds ${kinds.join(',')}`]),
  ].join(' ');
}

const MOST_NAMED = 5;
