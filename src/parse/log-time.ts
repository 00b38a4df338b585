// The time a log collector put before a line.

const RFC3339 = /^(\d{4})-(\d\d)-(\d\d)[T ](\d\d):(\d\d):(\d\d)(?:[.,](\d{1,9}))?(Z|[+-]\d\d:?\d\d)/;
/** How far into a line a time may begin: `[pod/NAME/CONTAINER] 2026-…`. */
const MAX_OFFSET = 200;

/** `2026-11-23T06:22:00.007919321Z goroutine 1 …` -> Unix ms; undefined without a time that names its zone. */
export function lineTime(line: string): number | undefined {
  const head = line.slice(0, MAX_OFFSET + 40);
  for (let at = head.indexOf('20'); at >= 0 && at < MAX_OFFSET; at = head.indexOf('20', at + 1)) {
    if (at > 0 && /[0-9]/.test(head[at - 1] ?? '')) continue;
    const match = RFC3339.exec(head.slice(at));
    if (!match) continue;
    const [, year, month, day, hour, minute, second, fraction = '', zone = 'Z'] = match;
    const ms = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}${zoneOf(zone)}`);
    if (Number.isFinite(ms)) return ms + Number(`0.${fraction || '0'}`) * 1000;
  }
  return undefined;
}

function zoneOf(zone: string): string {
  return zone === 'Z' || zone.includes(':') ? zone : `${zone.slice(0, 3)}:${zone.slice(3)}`;
}
