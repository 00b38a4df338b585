import { App, HTTPReceiver } from '@slack/bolt';
import type { Workspace } from '../../../demo/workspace/server.ts';
import { opened, silent } from './open.ts';

/** Real Bolt apps on a workspace, stopped after each test. */

export async function boltInSocketMode(workspace: Workspace, listen: (app: App) => void): Promise<App> {
  const env = workspace.env();
  const app = new App({
    token: env.SLACK_BOT_TOKEN,
    appToken: env.SLACK_APP_TOKEN,
    socketMode: true,
    logger: silent,
    clientOptions: { slackApiUrl: env.SLACK_API_URL, retryConfig: { retries: 0 } },
  });
  listen(app);
  await app.start();
  opened.push({ close: () => app.stop() });
  return app;
}

/** The port is chosen before the workspace, which must know where to deliver. */
export async function boltOverHttp(
  port: number,
  workspace: Workspace,
  listen: (app: App) => void,
): Promise<App> {
  const env = workspace.env();
  const receiver = new HTTPReceiver({
    signingSecret: env.SLACK_SIGNING_SECRET,
    logger: silent,
    unhandledRequestTimeoutMillis: 300,
  });
  const app = new App({
    token: env.SLACK_BOT_TOKEN,
    receiver,
    logger: silent,
    clientOptions: { slackApiUrl: env.SLACK_API_URL, retryConfig: { retries: 0 } },
  });
  listen(app);
  await app.start(port);
  opened.push({ close: () => app.stop() });
  return app;
}
