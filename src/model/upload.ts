/** Stands in a request for a service: with a space in it, it can be the name of none. */
export const UPLOADED = 'uploaded files';

/** Slack takes ten files in a message. */
export const MAX_UPLOADS = 10;

/** A file that somebody put into Slack, as Slack describes it. */
export interface UploadedFile {
  readonly id: string;
  /** Foreign text: shown through its escaping, never a path. */
  readonly name: string;
  readonly sizeBytes: number;
  /** Where its bytes are; which addresses are asked is decided by whoever asks. */
  readonly url: string;
  /** It lies with another company and is only linked, as a Google document is. */
  readonly isElsewhere: boolean;
}

/** True of the name of a report on uploaded files: none of what is remembered of services is about it. */
export function isUploaded(name: string): boolean {
  return name.startsWith('uploaded ');
}

/** Headlines and pictures have room for so much; whoever uploaded them sees the files right above. */
const NAME_CHARACTERS = 44;

/** What a report on them is called: `uploaded before.pb.gz and after.pb.gz`, or `uploaded files (3)`. */
export function uploadedName(names: readonly string[]): string {
  const [first = 'file', second] = names;
  const whole = second === undefined ? first : `${first} and ${second}`;
  if (names.length <= 2 && whole.length <= NAME_CHARACTERS) return `uploaded ${whole}`;
  return names.length > 1 ? `uploaded files (${names.length})` : `uploaded ${cut(first)}`;
}

/** The end of a name tells more than its middle. */
function cut(name: string): string {
  const half = NAME_CHARACTERS / 2 - 1;
  return `${name.slice(0, half)}…${name.slice(-half)}`;
}
