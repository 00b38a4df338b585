import { describe, expect, it } from 'vitest';
import { validateBlocks } from '../../demo/workspace/blocks.ts';
import { type ButtonValues, INCIDENT_ACTIONS } from '../../src/model/button.ts';
import type { Incident, LookOutcome } from '../../src/model/incident.ts';
import type { VerdictKind } from '../../src/model/verdict.ts';
import { incidentMessage } from '../../src/report/incident-message.ts';

const AT_MS = Date.UTC(2026, 10, 26, 3, 12);
const buttons: ButtonValues = Object.fromEntries(INCIDENT_ACTIONS.map((action) => [action, `id-${action}`]));

function incidentOf(verdict: VerdictKind, more: Partial<Incident> = {}): Incident {
  const outcome: LookOutcome = {
    kind: 'seen',
    atMs: AT_MS,
    report: 'r',
    verdict,
    title: verdict,
    summary: 'As measured.',
  };
  return {
    id: 'payments-svc-1',
    service: 'payments-svc',
    alerts: [{ key: 'a', name: 'GoHeapGrowing', firstMs: AT_MS - 60_000, lastStartMs: AT_MS - 60_000 }],
    isCut: false,
    places: [],
    looks: [{ request: 'q', plannedAtMs: AT_MS, outcome }],
    ...more,
  };
}

/** The words on what can be pressed or chosen. */
function offered(incident: Incident): string[] {
  const { blocks } = incidentMessage(incident, { buttons });
  expect(validateBlocks([...blocks])).toEqual([]);
  const words = JSON.stringify(blocks.filter(({ type }) => type === 'actions'));
  return [...words.matchAll(/"text":"([^"]+)"/g)].map(([, text = '']) => text);
}

describe('the message of an incident', () => {
  it('offers the next steps about its last look', () => {
    expect(offered(incidentOf('goroutine-leak'))).toEqual([
      'Capture again and compare',
      'Why?',
      'Full stacks',
      'Snooze…',
      'Not a leak…',
      'Compare with yesterday',
    ]);
  });

  it('offers nothing about signatures where the verdict lists none', () => {
    expect(offered(incidentOf('heap-leak'))).toEqual([
      'Capture again and compare',
      'Why?',
      'Compare with yesterday',
    ]);
  });

  it('offers nothing before there is a verdict, and nothing once it is over', () => {
    expect(offered(incidentOf('goroutine-leak', { looks: [] }))).toEqual([]);
    const closed = { why: 'healthy', atMs: AT_MS } as const;
    expect(offered(incidentOf('goroutine-leak', { closed }))).toEqual([]);
  });
});
