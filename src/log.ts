// The structured logger. Redaction lives here, so no caller has to remember it: known secret values and
// secret-shaped text never reach a log line.
import { destination, type Logger, pino } from 'pino';
import { redactorOf } from './model/secrets.ts';

export type Log = Logger;

/** Some errors quote whole answers. */
const MAX_ERROR_CHARS = 4_000;
const MAX_CAUSES = 3;

/**
 * A logger for one process. Lines are JSON on standard error, so standard output stays for results.
 * @param secrets values that must not appear, whatever they look like; may grow
 */
export function createLog(process: string, level: string, secrets: readonly string[] = []): Log {
  return pino(
    {
      level,
      base: { process },
      timestamp: pino.stdTimeFunctions.isoTime,
      serializers: { err: describeError },
      formatters: { log: describeErrors },
      hooks: { streamWrite: redactorOf(secrets) },
    },
    destination({ fd: 2, sync: true }),
  );
}

/** Errors under whatever name; otherwise everything they carry would be written. */
function describeErrors(fields: Record<string, unknown>): Record<string, unknown> {
  const described = Object.entries(fields).map(([key, value]) => [
    key,
    key !== 'err' && value instanceof Error ? describeError(value) : value,
  ]);
  return Object.fromEntries(described);
}

/** Name, words, code and stack; nothing else an error carries: clients attach whole requests, headers included. */
export function describeError(error: unknown): object {
  return describe(error, 0);
}

function describe(error: unknown, depth: number): object {
  if (!(error instanceof Error)) return { message: String(error).slice(0, MAX_ERROR_CHARS) };
  const { name, message, stack, cause } = error;
  const code = 'code' in error ? String(error.code) : undefined;
  const said = 'data' in error ? (error.data as { error?: unknown } | undefined)?.error : undefined;
  return {
    name,
    message: message.slice(0, MAX_ERROR_CHARS),
    ...(code !== undefined && { code }),
    ...(typeof said === 'string' && { said }),
    ...(stack !== undefined && { stack: stack.slice(0, MAX_ERROR_CHARS) }),
    ...(cause !== undefined && depth < MAX_CAUSES && { cause: describe(cause, depth + 1) }),
  };
}
