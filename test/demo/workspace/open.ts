import { LogLevel, WebClient } from '@slack/web-api';
import { afterEach } from 'vitest';
import { startWorkspace, type Workspace, type WorkspaceOptions } from '../../../demo/workspace/server.ts';

/** Opens workspaces and clients on them, and closes what was opened after each test. */

export const opened: { close: () => Promise<unknown> }[] = [];

afterEach(async () => {
  for (const each of opened.splice(0).reverse()) await each.close();
});

export async function openWorkspace(options: WorkspaceOptions = {}): Promise<Workspace> {
  const workspace = await startWorkspace(options);
  opened.push(workspace);
  return workspace;
}

/** A client that neither retries nor logs, so that what the workspace answered is what the test sees. */
export function clientOf(workspace: Workspace, token = workspace.env().SLACK_BOT_TOKEN): WebClient {
  return new WebClient(token, {
    slackApiUrl: workspace.env().SLACK_API_URL,
    retryConfig: { retries: 0 },
    rejectRateLimitedCalls: true,
    timeout: 5000,
    logger: silent,
  });
}

const nothing = () => {};
export const silent = {
  debug: nothing,
  info: nothing,
  warn: nothing,
  error: nothing,
  setLevel: nothing,
  setName: nothing,
  getLevel: () => LogLevel.ERROR,
};

/** Slack's `{ ok: false, error }` for a call that is refused, as web-api hands it over. */
export async function refusal(
  call: Promise<unknown>,
): Promise<{ error: string; messages: string[]; needed?: string }> {
  try {
    await call;
  } catch (thrown) {
    const answer = (
      thrown as { data?: { error: string; needed?: string; response_metadata?: { messages?: string[] } } }
    ).data;
    if (!answer) throw thrown;
    const needed = answer.needed === undefined ? {} : { needed: answer.needed };
    return { error: answer.error, messages: answer.response_metadata?.messages ?? [], ...needed };
  }
  throw new Error('the call was accepted');
}
