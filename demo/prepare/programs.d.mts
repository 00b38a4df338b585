export function isHidden(name: string, env?: NodeJS.ProcessEnv): boolean;
export function findProgram(
  names: readonly string[],
  options?: { env?: NodeJS.ProcessEnv; folders?: readonly string[] },
): string | undefined;
