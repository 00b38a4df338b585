// One message for an incident, edited in place from the first alert to the end; and what a new build has brought.
import { showIncident } from '../../../src/deliver/incident-thread.ts';
import { emptyDesk, hear, looked, openIncident, planLook } from '../../../src/incident/fold.ts';
import type { Alert, Incident } from '../../../src/model/incident.ts';
import { verdictMessage } from '../../../src/report/blocks.ts';
import { fixMessage } from '../../../src/report/fix-message.ts';
import { incidentMessage, whichServiceMessage } from '../../../src/report/incident-message.ts';
import { lookOutcome } from '../../../src/report/look.ts';
import { CHANNEL } from '../../kit/stage.ts';
import { recordedCapture } from '../captured.ts';
import { buttonIds, type GalleryRoom } from '../room.ts';
import type { Scene } from '../scene.ts';

const PAYMENTS = { service: 'payments-svc', memoryLimitMib: 512 } as const;
const SETTLE_MS = 600_000;
const MINUTE_MS = 60_000;
const first = () => recordedCapture(['payments-svc-1'], [20, 50], PAYMENTS);
const later = () => recordedCapture(['payments-svc-1'], [100, 130], PAYMENTS);
const well = () => recordedCapture(['ledger-svc-1'], [110, 140], PAYMENTS);
const { origin } = first();
const beganAtMs = (first().report.window.from ?? 0) - 2 * MINUTE_MS;

function alert(name: string, startsAtMs: number, endsAtMs?: number): Alert {
  const labels = { service: 'payments-svc', severity: 'critical' };
  return {
    key: name,
    name,
    labels,
    severity: 'critical',
    startsAtMs,
    ...(endsAtMs !== undefined && { endsAtMs }),
  };
}

function incidentOf(alerts: readonly Alert[], nowMs: number): Incident {
  const desk = alerts.reduce(
    (heard, each) => hear(heard, { kind: 'alert', alert: each }, { settleMs: SETTLE_MS, nowMs }),
    emptyDesk('payments-svc'),
  );
  const incident = openIncident(desk);
  if (!incident) throw new Error('the alerts opened no incident');
  return incident;
}

/** A look that was planned, and came to a verdict. */
function seen(incident: Incident, report: ReturnType<typeof first>['report']): Incident {
  const atMs = report.window.to ?? 0;
  return looked(
    planLook(incident, { request: report.id + atMs, plannedAtMs: atMs }),
    report.id + atMs,
    lookOutcome(report, atMs),
  );
}

/** The new build was looked at when it was there, and not beside the old one. */
function laterBy(ms: number, report: ReturnType<typeof first>['report']): ReturnType<typeof first>['report'] {
  const { from = 0, to = 0 } = report.window;
  return { ...report, window: { ...report.window, from: from + ms, to: to + ms } };
}

async function show(room: GalleryRoom, incident: Incident, nextLookMs?: number): Promise<string> {
  const buttons = buttonIds(incident.id);
  return room.post(incidentMessage(incident, { ...(nextLookMs !== undefined && { nextLookMs }), buttons }));
}

const firing = () => incidentOf([alert('GoHeapGrowing', beganAtMs)], beganAtMs);

export const INCIDENT_SCENES: readonly Scene[] = [
  {
    name: 'incident-first-alert',
    about: 'An alert fires: the message is there before anybody has asked.',
    origin: [origin],
    play: async (room) => {
      room.setTime(beganAtMs + 2_000);
      const plannedAtMs = beganAtMs + 1_000;
      await show(room, planLook(firing(), { request: 'first', plannedAtMs }));
      return { at: 'channel' };
    },
  },
  {
    name: 'incident-in-progress',
    about: 'Two alerts, one message: what goleak makes of it, and what has changed since its first look.',
    origin: [origin],
    play: async (room) => {
      const reports = [first(), later()].map(({ report }) => report);
      const atMs = reports[1]?.window.to ?? 0;
      // An edited message keeps the time it was posted at.
      room.setTime(beganAtMs + 2_000);
      const alerts = [alert('GoHeapGrowing', beganAtMs), alert('Goroutines', beganAtMs + MINUTE_MS)];
      await show(room, reports.reduce(seen, incidentOf(alerts, atMs)), atMs + 15 * MINUTE_MS);
      return { at: 'channel' };
    },
  },
  {
    name: 'incident-closed',
    about: 'It is over: before and after in the same message, and the picture of both in its thread.',
    origin: [origin, well().origin],
    play: async (room) => {
      const captured = first();
      const after = laterBy(5 * MINUTE_MS, well().report);
      const endMs = (after.window.to ?? 0) + 15 * MINUTE_MS;
      const alerts = [alert('GoHeapGrowing', beganAtMs, endMs - 15 * MINUTE_MS)];
      const open = [captured.report, after].reduce(seen, incidentOf(alerts, endMs));
      const incident: Incident = {
        ...open,
        build: { name: 'v2.16.2', atMs: endMs - 17 * MINUTE_MS },
        closed: { why: 'recovered', atMs: endMs },
      };
      const held = room.portsFor(captured);
      const firstLook = { ...room.stateOf(captured), report: captured.report };
      const told = (of: Incident) => ({ incident: of, message: incidentMessage(of, {}) });
      // Each message keeps the time it was posted at: at the alert, after the first look, at the end.
      room.setTime(beganAtMs + 2_000);
      await showIncident(told(firing()), CHANNEL, held);
      room.setTime((captured.report.window.to ?? 0) + 900);
      await showIncident({ ...told(seen(firing(), captured.report)), first: firstLook }, CHANNEL, held);
      room.setTime(endMs);
      await showIncident({ ...told(incident), first: firstLook, after }, CHANNEL, held);
      const root = await held.ledger.posting('root');
      return { at: 'thread', ts: root.state === 'sent' ? root.ts : '' };
    },
  },
  {
    name: 'incident-which-service',
    about: 'An incident channel that names no service: it is asked once.',
    origin: [origin],
    play: async (room) => {
      await room.post(whichServiceMessage(['payments-svc', 'ledger-svc', 'orders-svc']));
      return { at: 'channel' };
    },
  },
  {
    name: 'fix-fixed',
    about: 'A newer build was looked at, and the leak is gone: said in the thread and in the first message.',
    origin: [origin, well().origin],
    play: async (room) => {
      const captured = first();
      const after = well().report;
      const fix = {
        outcome: 'fixed',
        build: 'v2.16.2',
        atMs: (captured.report.window.to ?? 0) + 3_600_000,
      } as const;
      room.setTime((captured.report.window.to ?? 0) + 900);
      const ts = await room.post(
        verdictMessage(captured.report, { fix, buttons: buttonIds(captured.report.id) }),
      );
      room.setTime(fix.atMs);
      await room.post(fixMessage(fix, captured.report, after), ts);
      return { at: 'thread', ts };
    },
  },
  {
    name: 'fix-still',
    about: 'A newer build leaks as before.',
    origin: [origin],
    play: async (room) => {
      const captured = first();
      const fix = {
        outcome: 'still',
        build: 'v2.16.1',
        atMs: (captured.report.window.to ?? 0) + 3_600_000,
      } as const;
      room.setTime((captured.report.window.to ?? 0) + 900);
      const ts = await room.post(
        verdictMessage(captured.report, { fix, buttons: buttonIds(captured.report.id) }),
      );
      room.setTime(fix.atMs);
      await room.post(fixMessage(fix, captured.report, later().report), ts);
      return { at: 'thread', ts };
    },
  },
];
