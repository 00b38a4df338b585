// What earlier captures of a service have shown of one signature: since when it is known, how many there were, in
// which build it went and came back, and where it was talked about. A signature is known by its stable id, which
// survives new line numbers; that a leak went is said only of a build that was looked at without it.

export interface Sighting {
  readonly atMs: number;
  /** Release or revision, as the instances call it. */
  readonly build?: string;
  readonly reportId: string;
  readonly count: number;
}

export interface Incident {
  /** Slack id of the channel, and its name without #. */
  readonly channel: string;
  readonly name: string;
  readonly atMs: number;
}

export interface KnownSignature {
  readonly stableId: string;
  /** `chan send in ledger.(*Writer).flush`, as it was first shown. */
  readonly label: string;
  readonly first: Sighting;
  readonly last: Sighting;
  /** Oldest first; older ones are thinned out. */
  readonly seen: readonly Sighting[];
  /** Set while it is away: the first look of a newer build that did not show it. */
  readonly gone?: Absence;
  /** The last time it came back, and from where. */
  readonly back?: { readonly at: Sighting; readonly gone: Absence };
  readonly incidents: readonly Incident[];
}

export interface Absence {
  readonly atMs: number;
  readonly build?: string;
}

const MAX_SEEN = 48;
const MAX_INCIDENTS = 8;
const MAX_LABEL = 200;

/** The signature is in a capture as a leak. */
export function seen(
  known: KnownSignature | undefined,
  signature: { readonly stableId: string; readonly label: string },
  sighting: Sighting,
): KnownSignature {
  if (!known) {
    const label = signature.label.slice(0, MAX_LABEL);
    return {
      stableId: signature.stableId,
      label,
      first: sighting,
      last: sighting,
      seen: [sighting],
      incidents: [],
    };
  }
  // Told twice, or told late: what is known already stays.
  if (known.seen.some(({ reportId }) => reportId === sighting.reportId)) return known;
  if (sighting.atMs < known.last.atMs) return known;
  const { gone, ...rest } = known;
  return {
    ...rest,
    last: sighting,
    seen: thinned([...known.seen, sighting]),
    ...(gone && { back: { at: sighting, gone } }),
  };
}

/**
 * A capture that could have shown the signature did not. Only another build can have mended it: in the same one it may
 * be waiting for its next occasion.
 */
export function notSeen(known: KnownSignature, look: Absence): KnownSignature {
  if (known.gone || look.atMs <= known.last.atMs) return known;
  if (look.build === undefined || look.build === known.last.build || known.last.build === undefined)
    return known;
  return { ...known, gone: look };
}

export function linked(known: KnownSignature, incident: Incident): KnownSignature {
  if (known.incidents.some(({ channel }) => channel === incident.channel)) return known;
  return { ...known, incidents: [...known.incidents, incident].slice(-MAX_INCIDENTS) };
}

/**
 * `seen before in #inc-2041 on 3 Oct, fixed in v2.14, back since v2.16`; undefined for one that is new.
 * @param reportId the capture in which this is said, which is no earlier sighting
 */
export function knownWords(known: KnownSignature, reportId: string): string | undefined {
  if (known.first.reportId === reportId) return undefined;
  const earlier = known.incidents.at(-1);
  const since =
    earlier === undefined
      ? `known since ${day(known.first.atMs)}${inBuild(known.first.build)}`
      : `seen before in #${earlier.name} on ${day(earlier.atMs)}`;
  const parts = [since];
  if (known.back) {
    parts.push(`fixed in ${known.back.gone.build ?? 'a later build'}`);
    parts.push(`back since ${known.back.at.build ?? day(known.back.at.atMs)}`);
  } else if (known.gone) {
    parts.push(`fixed in ${known.gone.build ?? 'a later build'}`);
  }
  return parts.join(', ');
}

/** Every second one of the older half goes when there are too many: the shape over time stays. */
function thinned(sightings: readonly Sighting[]): readonly Sighting[] {
  if (sightings.length <= MAX_SEEN) return sightings;
  const half = sightings.length / 2;
  return sightings.filter((_, index) => index === 0 || index > half || index % 2 === 0);
}

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

function day(ms: number): string {
  const date = new Date(ms);
  return `${date.getUTCDate()} ${MONTHS[date.getUTCMonth()]}`;
}

function inBuild(build: string | undefined): string {
  return build === undefined ? '' : ` (${build})`;
}
