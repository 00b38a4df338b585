export class CannotPrepare extends Error {}
export interface Ran {
  readonly status: number;
  readonly output: string;
}
export type Run = (
  command: string,
  args: readonly string[],
  options?: { cwd?: string; env?: NodeJS.ProcessEnv },
) => Promise<Ran>;
export const run: Run;
export function say(step: string, what: string): void;
export function withSigns<Value>(step: string, doing: string, work: () => Promise<Value>): Promise<Value>;
export function leaveWith(cause: unknown): never;
