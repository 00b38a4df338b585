// Why a probe pushed a pair, as the sentence its thread shows. The figures are the probe's, the words are ours.
import type { ProbeAlarm } from '../model/probe.ts';
import { formatBytes, formatCount, formatPercent } from '../model/units.ts';

/** `payments-svc-1 pushed its last pair by itself: it held 210 MiB of its limit of 256 MiB (82 %)` */
export function pushWords(instance: string, alarm: ProbeAlarm | undefined): string {
  const pushed = `${instance} pushed its last pair by itself`;
  return alarm === undefined ? pushed : `${pushed}: ${alarmWords(alarm)}`;
}

function alarmWords({ kind, value, of }: ProbeAlarm): string {
  switch (kind) {
    case 'limit':
      return `it held ${formatBytes(value)} of its limit of ${formatBytes(of)}${of > 0 ? ` (${formatPercent(value / of)})` : ''}`;
    case 'goroutines':
      return `it had ${formatCount(value)} goroutines, and ${formatCount(of)} are too many for it`;
    case 'goroutine-growth':
      return `its goroutines had grown from ${formatCount(of)} to ${formatCount(value)} within ten minutes`;
    case 'heap-growth':
      return `its live heap had grown from ${formatBytes(of)} to ${formatBytes(value)} within ten minutes`;
    default:
      return kind satisfies never;
  }
}
