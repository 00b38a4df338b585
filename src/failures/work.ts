// What became of requests on their way: queue, workers, stores, Slack.
import { entry } from './entry.ts';

export const WORK = {
  queue_unavailable: entry<Record<never, never>>({
    say: () => 'The queue (Redis) is not answering, so nothing was started.',
    hint: () => 'Try again in a minute; an operator can run `goleak doctor`.',
    retry: 'later',
    exit: 2,
  }),
  request_unknown: entry<{ id: string }>({
    say: ({ id }) => `No single capture that runs or waits is called "${id}".`,
    hint: () => 'Take an id from `status`.',
    retry: 'never',
    exit: 1,
  }),
  request_expired: entry<{ service: string; minutes: number }>({
    say: ({ service, minutes }) =>
      `This capture of ${service} waited ${minutes} min for a worker, so it was not run: the moment you asked about has passed.`,
    hint: () => 'Capture it again if it is still wanted; `status` shows what the workers have to do.',
    retry: 'never',
    exit: 70,
  }),
  workers_lost: entry<{ service: string }>({
    say: ({ service }) => `The workers that captured ${service} ended in the middle of it, more than once.`,
    hint: () =>
      'Try it with fewer instances or lighter kinds; an operator finds the cause in the workers’ logs.',
    retry: 'never',
    exit: 70,
  }),
  job_refused: entry<{ service: string; reason: string }>({
    say: ({ service, reason }) =>
      `The workers did not take the capture of ${service} up: ${reason.slice(0, 200).replace(/[.!?]$/, '')}.`,
    hint: () => 'Capture it again; an operator finds more in `status` and in the logs.',
    retry: 'never',
    exit: 70,
  }),
  worker_outdated: entry<{ service: string }>({
    say: ({ service }) =>
      `The capture of ${service} was asked for by a newer goleak than the workers are: this worker is older than the app.`,
    hint: () => 'Update the workers, then capture it again.',
    retry: 'never',
    exit: 70,
  }),
  analysis_stopped: entry<{ service: string; reason: string; file?: string | undefined }>({
    say: ({ service, reason, file }) =>
      `What was captured of ${service} could not be analysed, so there is no verdict: ${reason}${file ? `, at ${file}` : ''}.`,
    hint: () =>
      'The files are kept; capture fewer instances or lighter kinds (`--kinds memstats`), or read the files with `goleak analyze` on a bigger machine.',
    retry: 'never',
    exit: 70,
  }),
  analysis_died: entry<{ service: string; how: string; file?: string | undefined }>({
    say: ({ service, how, file }) =>
      `The analysis of what was captured of ${service} ended by itself (${how})${file ? `, at ${file}` : ''}, so there is no verdict.`,
    hint: () => 'The files are kept; an operator finds more in the log of the workers.',
    retry: 'later',
    exit: 70,
  }),
  report_not_kept: entry<{ service: string; reason: string }>({
    say: ({ service, reason }) =>
      `The report on ${service} could not be kept: ${reason}, and it is too large to be kept elsewhere.`,
    hint: () => 'Make room in the goleak home folder, then capture again.',
    retry: 'later',
    exit: 70,
  }),
  report_elsewhere: entry<{ id: string }>({
    say: ({ id }) => `The report of ${id} is not on this worker's disk.`,
    hint: () => 'Give all workers the same GOLEAK_HOME folder.',
    retry: 'later',
    exit: 70,
  }),
  redis_missing: entry<{ install: string }>({
    say: () => 'No redis-server or valkey-server was found on this machine.',
    hint: ({ install }) => `Run \`${install}\`, or set REDIS_URL to a Redis of yours.`,
    retry: 'never',
    exit: 1,
  }),
  redis_failed: entry<{ reason: string }>({
    say: ({ reason }) => `The private Redis did not start: ${reason}.`,
    hint: () => 'Look at redis.log in the goleak home folder, or set REDIS_URL.',
    retry: 'later',
    exit: 70,
  }),
  slack_refused: entry<{ method: string; error: string }>({
    say: ({ method, error }) => `Slack refused ${method} with "${error}".`,
    hint: () => 'Run `goleak doctor` to check the tokens and scopes.',
    retry: 'never',
    exit: 70,
  }),
  slack_unreachable: entry<{ method: string; reason: string }>({
    say: ({ method, reason }) => `Slack did not answer ${method}: ${reason}.`,
    hint: () => 'It will be tried again.',
    retry: 'later',
    exit: 70,
  }),
  push_lost: entry<{ instance: string }>({
    say: ({ instance }) => `What ${instance} pushed is no longer kept.`,
    hint: () => 'Its folder has the pair still: run `goleak analyze last-pair.tar` on it.',
    retry: 'never',
    exit: 1,
  }),
  report_missing: entry<{ id: string }>({
    say: ({ id }) => `Report ${id} is no longer kept.`,
    hint: () => 'Capture the service again.',
    retry: 'never',
    exit: 1,
  }),
  verdict_missing: entry<{ isUnderWay: boolean }>({
    say: ({ isUnderWay }) =>
      isUnderWay
        ? 'The capture of this thread has no verdict yet.'
        : 'No capture of this thread came to a verdict.',
    hint: ({ isUnderWay }) =>
      isUnderWay ? 'Ask again when it has one.' : 'Capture the service again, then ask there.',
    retry: 'never',
    exit: 1,
  }),
  already_answered: entry<{ words: string }>({
    say: () => 'That is answered in this thread already.',
    hint: ({ words }) => `Reply \`${words}\` in the thread to have it answered anew.`,
    retry: 'never',
    exit: 1,
  }),
  no_other_instance: entry<{ service: string }>({
    say: ({ service }) => `This capture looked at every instance of ${service} that is registered.`,
    hint: () => 'Capture again to see how they have gone on.',
    retry: 'never',
    exit: 1,
  }),
  interrupted: entry<Record<never, never>>({
    say: () => 'Interrupted before there was a verdict.',
    hint: () => 'Run it again and let the window pass, or take a shorter one with `--for 10s`.',
    retry: 'never',
    exit: 3,
  }),
};
