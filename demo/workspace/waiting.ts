import type { Workspace } from './server.ts';

/** Waiting for something to appear in the workspace, without polling. */

const WAIT_MS = 10_000;

export async function waitFor<T>(
  workspace: Workspace,
  predicate: (workspace: Workspace) => T | undefined | false | null,
  timeoutMs = WAIT_MS,
): Promise<T> {
  const seen = predicate(workspace);
  if (seen) return seen;
  return new Promise((resolve, reject) => {
    const settle = (end: () => void) => {
      clearTimeout(timer);
      unsubscribe();
      end();
    };
    const timer = setTimeout(
      () => settle(() => reject(new Error(stillWaiting(workspace, timeoutMs)))),
      timeoutMs,
    );
    const unsubscribe = workspace.world.onChange(() => {
      try {
        const found = predicate(workspace);
        if (found) settle(() => resolve(found));
      } catch (error) {
        settle(() => reject(error));
      }
    });
  });
}

/** A timeout is read by a person: say what the workspace did see. */
function stillWaiting(workspace: Workspace, timeoutMs: number): string {
  const said = [...workspace.world.channels.values()].flatMap((channel) =>
    workspace.world
      .messages(channel.id)
      .slice(-5)
      .map((each) => `  #${channel.name} ${each.ts} ${each.text.slice(0, 120)}`),
  );
  const whispers = workspace
    .ephemerals()
    .slice(-5)
    .map((each) => `  only to ${each.user}: ${each.text.slice(0, 120)}`);
  const refused = workspace
    .calls()
    .filter((call) => call.error)
    .slice(-5)
    .map((call) => `  ${call.method}: ${call.error}`);
  return [
    `nothing matched within ${timeoutMs} ms; the workspace holds:`,
    ...said,
    ...whispers,
    ...refused,
  ].join('\n');
}
