// The only reader of process.env. One schema, one read, nothing done at import time.
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { loadEnvFile } from 'node:process';
import { z } from 'zod';
import { Failure } from '../failure.ts';

const port = z.coerce.number().int().min(0).max(65_535);
const loopbackOrHttps = z.url({ protocol: /^https?$/ });

const environment = z.object({
  SLACK_BOT_TOKEN: z.string().startsWith('xoxb-').optional(),
  SLACK_APP_TOKEN: z.string().startsWith('xapp-').optional(),
  SLACK_SIGNING_SECRET: z.string().min(8).optional(),
  /** Base of the Web API; another address only for a gateway or a workspace on this machine. */
  SLACK_API_URL: loopbackOrHttps.default('https://slack.com/api/'),
  /** Seals what is kept in Redis; the bot's token does when it is not set. */
  GOLEAK_KEY: z.string().min(16).optional(),
  GOLEAK_KEY_PREVIOUS: z.string().min(16).optional(),
  /** Each line of the audit goes to standard output too. */
  GOLEAK_AUDIT_STDOUT: z.stringbool().default(false),
  REDIS_URL: z.url({ protocol: /^(rediss?|unix)$/ }).optional(),
  GOLEAK_REDIS_SERVER: z.string().optional(),
  GOLEAK_HOME: z.string().default('.goleak'),
  GOLEAK_SERVICES: z.string().default('services.yml'),
  QUICKCHART_URL: loopbackOrHttps.optional(),
  PORT: port.optional(),
  LOG_LEVEL: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']).default('info'),
  NO_COLOR: z.string().optional(),
  WORKER_CONCURRENCY: z.coerce.number().int().min(1).max(64).default(8),
  /** Set by GitHub Actions: whether annotations are read, where a job's summary goes, where the repository is. */
  GITHUB_ACTIONS: z.string().optional(),
  GITHUB_STEP_SUMMARY: z.string().optional(),
  GITHUB_WORKSPACE: z.string().optional(),
  CAPTURES_AT_ONCE: z.coerce.number().int().min(1).max(64).default(8),
});

export interface Env {
  readonly slack: {
    readonly botToken?: string;
    readonly appToken?: string;
    readonly signingSecret?: string;
    readonly apiUrl: string;
  };
  /** For the seals on what is kept in Redis: the present key, then an earlier one. Empty when there is no secret. */
  readonly sealKeys: readonly string[];
  /** Absent: a private Redis is started in `home`. */
  readonly redisUrl?: string;
  /** A redis-server binary to prefer over the one in PATH. */
  readonly redisServer?: string;
  /** PATH, for finding redis-server. */
  readonly searchPath: string;
  /** Folder for everything kept on this machine: artefacts, the private Redis's data. Absolute. */
  readonly home: string;
  readonly servicesFile: string;
  readonly auditToStdout: boolean;
  readonly quickchartUrl?: string;
  readonly port?: number;
  readonly logLevel: string;
  readonly workerConcurrency: number;
  /** Captures at once in all workers together. */
  readonly capturesAtOnce: number;
  /** False when NO_COLOR asks for plain text. */
  readonly color: boolean;
  /** The continuous integration this runs in, as far as it is GitHub's. */
  readonly github: { readonly annotates: boolean; readonly summaryFile?: string; readonly workspace: string };
  /** Looks up a credential that services.yml names by reference; never logged. */
  readonly secret: (name: string) => string | undefined;
  /** Values that must never be seen in a log; grows with what `secret` finds. */
  readonly secrets: readonly string[];
}

/**
 * The bot's token, for processes that cannot do without.
 * @throws Failure `config_missing`
 */
export function botTokenOf({ slack: { botToken } }: Env): string {
  if (botToken !== undefined) return botToken;
  throw new Failure('config_missing', {
    what: 'SLACK_BOT_TOKEN',
    how: "Put the bot's token (xoxb-…) into .env.",
  });
}

/**
 * Reads and checks the environment, `.env` in the working directory included.
 * @throws Failure `config_bad` naming every faulty variable at once.
 */
export function readEnv(variables: NodeJS.ProcessEnv = processEnvironment()): Env {
  // An empty value in .env means "not set".
  const given = Object.fromEntries(Object.entries(variables).filter(([, value]) => value !== ''));
  const parsed = environment.safeParse(given);
  if (!parsed.success) {
    const faults = parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`);
    throw new Failure('config_bad', { file: 'the environment', faults });
  }
  const env = parsed.data;
  const secrets = secretsIn(env);
  return {
    slack: {
      ...(env.SLACK_BOT_TOKEN && { botToken: env.SLACK_BOT_TOKEN }),
      ...(env.SLACK_APP_TOKEN && { appToken: env.SLACK_APP_TOKEN }),
      ...(env.SLACK_SIGNING_SECRET && { signingSecret: env.SLACK_SIGNING_SECRET }),
      apiUrl: env.SLACK_API_URL.endsWith('/') ? env.SLACK_API_URL : `${env.SLACK_API_URL}/`,
    },
    sealKeys: [env.GOLEAK_KEY ?? env.SLACK_BOT_TOKEN, env.GOLEAK_KEY_PREVIOUS].filter(
      (key) => key !== undefined,
    ),
    ...(env.REDIS_URL && { redisUrl: env.REDIS_URL }),
    ...(env.GOLEAK_REDIS_SERVER && { redisServer: env.GOLEAK_REDIS_SERVER }),
    searchPath: variables.PATH ?? '',
    home: resolve(env.GOLEAK_HOME),
    servicesFile: resolve(env.GOLEAK_SERVICES),
    auditToStdout: env.GOLEAK_AUDIT_STDOUT,
    ...(env.QUICKCHART_URL && { quickchartUrl: env.QUICKCHART_URL }),
    ...(env.PORT !== undefined && { port: env.PORT }),
    logLevel: env.LOG_LEVEL,
    workerConcurrency: env.WORKER_CONCURRENCY,
    capturesAtOnce: env.CAPTURES_AT_ONCE,
    color: env.NO_COLOR === undefined,
    github: {
      annotates: env.GITHUB_ACTIONS === 'true',
      ...(env.GITHUB_STEP_SUMMARY && { summaryFile: env.GITHUB_STEP_SUMMARY }),
      workspace: resolve(env.GITHUB_WORKSPACE ?? '.'),
    },
    secret: (name) => {
      const value = variables[name];
      if (value !== undefined && !secrets.includes(value)) secrets.push(value);
      return value;
    },
    secrets,
  };
}

function secretsIn(env: z.infer<typeof environment>): string[] {
  const redisPassword =
    env.REDIS_URL === undefined ? '' : decodeURIComponent(new URL(env.REDIS_URL).password);
  const { SLACK_BOT_TOKEN, SLACK_APP_TOKEN, SLACK_SIGNING_SECRET, GOLEAK_KEY, GOLEAK_KEY_PREVIOUS } = env;
  const own = [SLACK_BOT_TOKEN, SLACK_APP_TOKEN, SLACK_SIGNING_SECRET, GOLEAK_KEY, GOLEAK_KEY_PREVIOUS];
  return [...own, redisPassword].flatMap((value) => (value ? [value] : []));
}

function processEnvironment(): NodeJS.ProcessEnv {
  if (existsSync('.env')) loadEnvFile('.env');
  return process.env;
}
