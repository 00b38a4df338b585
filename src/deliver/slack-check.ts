import type { WebClient } from '@slack/web-api';

/** Slack allows auth.test hundreds of times a minute; a probe every few seconds needs none of that. */
const ASK_EVERY_MS = 30_000;

/** Whether Slack takes our token, asked now and then: a check for /readyz where no connection says it. */
export function slackAnswers(slack: WebClient, now: () => number = Date.now): () => Promise<boolean> {
  let askedAtMs = Number.NEGATIVE_INFINITY;
  let answer: Promise<boolean> = Promise.resolve(false);
  return async () => {
    if (now() - askedAtMs >= ASK_EVERY_MS) {
      askedAtMs = now();
      answer = slack.auth.test().then(
        ({ ok }) => ok,
        () => false,
      );
    }
    const isOk = await answer;
    // After a refusal the next probe asks again: being found ready late is worse than asking.
    if (!isOk) askedAtMs = Number.NEGATIVE_INFINITY;
    return isOk;
  };
}
