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

/** What a report on them is called: `uploaded before.pb.gz and after.pb.gz`. */
export function uploadedName(names: readonly string[]): string {
  const [first = 'files', second, ...more] = names;
  if (second === undefined) return `uploaded ${first}`;
  return more.length === 0
    ? `uploaded ${first} and ${second}`
    : `uploaded ${first} and ${names.length - 1} more`;
}
