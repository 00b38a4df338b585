// Files that people put into Slack, and that could not be had or read. Names are foreign text: cut here, escaped where
// they are shown.
import { entry } from './entry.ts';

interface Named {
  readonly name: string;
}

function called({ name }: Named): string {
  return name.length > 80 ? `${name.slice(0, 80)}…` : name;
}

export const UPLOADS = {
  uploads_many: entry<{ count: number; most: number }>({
    say: ({ count, most }) =>
      `${count} files in one message are more than the ${most} that are read together.`,
    hint: () => 'Put them into a zip, or into several messages.',
    retry: 'never',
    exit: 1,
  }),
  uploads_spent: entry<{ limit: number; frees: string }>({
    say: ({ limit, frees }) =>
      `You have had the ${limit} messages with files an hour that are read; the next one is possible at ${frees}.`,
    hint: () => 'Put many files into one zip, or read them with `goleak analyze` in a terminal.',
    retry: 'never',
    exit: 1,
  }),
  upload_large: entry<Named & { size: string; limit: string }>({
    say: (file) =>
      `${called(file)} has ${file.size}; uploads of more than ${file.limit} together are not read.`,
    hint: () => 'Compress it (`gzip`), or read it with `goleak analyze` in a terminal.',
    retry: 'never',
    exit: 1,
  }),
  upload_gone: entry<{ id: string }>({
    say: ({ id }) => `Slack has no file ${id} any more: it was deleted, or this app may not see it.`,
    hint: () => 'Upload it again.',
    retry: 'never',
    exit: 1,
  }),
  upload_elsewhere: entry<Named>({
    say: (file) => `${called(file)} is not kept in Slack, only linked there, so it was not read.`,
    hint: () => 'Upload the file itself: no address that somebody else names is asked.',
    retry: 'never',
    exit: 1,
  }),
  upload_refused: entry<Named & { status: number }>({
    say: (file) => `Slack did not hand ${called(file)} out (HTTP ${file.status}).`,
    hint: ({ status }) =>
      status >= 300 && status < 400
        ? 'Redirects are not followed. Slack sends apps elsewhere that lack the scope `files:read`: have the app installed again with manifest.yml.'
        : 'Have the app installed again with the scopes of manifest.yml; `doctor` names what is missing.',
    retry: 'never',
    exit: 70,
  }),
  upload_larger: entry<Named & { size: string }>({
    say: (file) => `Slack said that ${called(file)} has ${file.size}, and sent more; it was not read.`,
    hint: () =>
      'Upload it again; if it stays so, something between Slack and the worker changes what it passes on.',
    retry: 'never',
    exit: 70,
  }),
  upload_cut: entry<Named & { how: string }>({
    say: (file) => `The download of ${called(file)} is not whole: ${file.how}.`,
    hint: () => 'Upload it again; an operator finds out what ends downloads from Slack early.',
    retry: 'later',
    exit: 70,
  }),
  upload_slow: entry<Named & { seconds: number }>({
    say: (file) => `Slack did not send ${called(file)} within ${file.seconds} s.`,
    hint: () => 'Try it again later, or read it with `goleak analyze` in a terminal.',
    retry: 'later',
    exit: 70,
  }),
  uploads_unread: entry<{ reason: string; file?: string | undefined }>({
    say: ({ reason, file }) =>
      `The uploaded files could not be read to the end, so there is no verdict: ${reason}${file ? `, at ${file}` : ''}.`,
    hint: () => 'Upload fewer or smaller files, or read them with `goleak analyze` on a bigger machine.',
    retry: 'never',
    exit: 70,
  }),
  upload_workers_lost: entry<Record<never, never>>({
    say: () => 'The workers that read the uploaded files ended in the middle of it, more than once.',
    hint: () =>
      'Read them with `goleak analyze` in a terminal; an operator finds the cause in the workers’ logs.',
    retry: 'never',
    exit: 70,
  }),
};
