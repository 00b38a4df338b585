// The demo's stage, for end-to-end tests: real processes, a real Redis, real Go services where Go is there.
import { openStage, type Stage, type StageOptions } from '../../demo/stage.ts';
import type { Message } from '../../demo/workspace/world.ts';
import { pathOf, requires } from './require.ts';

export const CHANNEL = 'C0PAYMENTS';
export const ON_CALL = 'U0ONCALL';

/** Go services when Go is there and wanted, recordings otherwise. */
export function openTestStage(
  options: Partial<StageOptions> & { readonly services?: 'go' | 'replay' } = {},
): Promise<Stage> {
  const { services = 'go', ...rest } = options;
  const go = services === 'go' && !requires('go') ? pathOf('go') : '';
  return openStage({ go, redisServer: pathOf('redis'), say: () => {}, ...rest });
}

/** Types a line as the person on call. */
export function types(
  stage: Stage,
  text: string,
  options: { channel?: string; threadTs?: string } = {},
): Promise<unknown> {
  return stage.workspace.userTypes({ channel: CHANNEL, user: ON_CALL, text, ...options });
}

/** The bot's root messages in a channel, oldest first. */
export function roots(stage: Stage, channel = CHANNEL): readonly Message[] {
  return stage.workspace.messages(channel).filter(({ metadata }) => metadata !== undefined);
}

/** Waits until a root message's words match, and gives the message. */
export function rootSaying(stage: Stage, words: RegExp, timeoutMs: number): Promise<Message> {
  return stage.workspace.waitFor(() => roots(stage).find(({ text }) => words.test(text)), timeoutMs);
}

/** Waits until the last thing a capture posts, its artefacts, is there; gives the names of the thread's files. */
export async function finishedThread(stage: Stage, ts: string, timeoutMs = 30_000): Promise<string[]> {
  return stage.workspace.waitFor(() => {
    const names = filesOf(stage, ts);
    return names.some((name) => name.startsWith('triage_')) && names;
  }, timeoutMs);
}

export function filesOf(stage: Stage, ts: string): string[] {
  const ids = new Set(stage.workspace.thread(CHANNEL, ts).flatMap(({ files }) => files));
  return stage.workspace
    .files()
    .filter(({ id }) => ids.has(id))
    .map(({ name }) => name);
}
