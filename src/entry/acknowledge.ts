// When Slack is told that something arrived: once it is kept, or refused in words. Told earlier, a crash in between
// would swallow a request that somebody believes to be under way; told later than three seconds, Slack gives up.

/** Whoever is not done by then is acknowledged all the same, and answers by another way. */
export const ACKNOWLEDGE_WITHIN_MS = 1_950;

/**
 * Does the work, then acknowledges; or acknowledges first, when the work takes longer than Slack would wait.
 * @param acknowledge safe to call twice
 */
export async function doneThenAcknowledged(
  acknowledge: () => Promise<void>,
  work: () => Promise<void>,
): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, ACKNOWLEDGE_WITHIN_MS);
  });
  const done = work();
  try {
    await Promise.race([done, late]);
  } finally {
    clearTimeout(timer);
    await acknowledge();
  }
  await done;
}

/** Calls something at the first call and never again; all calls wait for that one. */
export function once<Argument>(
  call: (argument?: Argument) => Promise<void>,
): ((argument?: Argument) => Promise<void>) & { readonly isCalled: () => boolean } {
  let called: Promise<void> | undefined;
  const first = (argument?: Argument): Promise<void> => {
    called ??= call(argument);
    return called;
  };
  return Object.assign(first, { isCalled: () => called !== undefined });
}
