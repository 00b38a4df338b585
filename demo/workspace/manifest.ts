import { existsSync, readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { z } from 'zod';

/** What the app's manifest lets it do here: its commands, its shortcuts, its home tab, its bot scopes and the events it subscribed to. */

export interface SlashCommand {
  readonly command: string;
  readonly description: string;
  readonly usageHint: string;
  readonly shouldEscape: boolean;
}

export interface Shortcut {
  readonly name: string;
  readonly type: 'global' | 'message';
  readonly callbackId: string;
  readonly description: string;
}

/** An input of a step. */
export interface StepField {
  readonly name: string;
  readonly title: string;
  readonly description: string;
  readonly isRequired: boolean;
  readonly isChannel: boolean;
}

/** A step that Workflow Builder offers. */
export interface StepFunction {
  readonly callbackId: string;
  readonly title: string;
  readonly required: readonly string[];
  readonly inputs: readonly string[];
  /** The same, as a form asks for them. */
  readonly fields: readonly StepField[];
  readonly outputs: readonly string[];
}

export interface Permissions {
  readonly scopes: ReadonlySet<string>;
  readonly commands: readonly SlashCommand[];
  readonly shortcuts: readonly Shortcut[];
  readonly steps: readonly StepFunction[];
  readonly hasHome: boolean;
  readonly events: ReadonlySet<string>;
}

const parameter = z.object({
  type: z.string(),
  title: z.string().default(''),
  description: z.string().default(''),
});
const parameters = z
  .object({ properties: z.record(z.string(), parameter), required: z.array(z.string()).default([]) })
  .default({ properties: {}, required: [] });

const manifestShape = z.object({
  features: z
    .object({
      slash_commands: z
        .array(
          z.object({
            command: z.string(),
            description: z.string().default(''),
            usage_hint: z.string().default(''),
            should_escape: z.boolean().default(false),
          }),
        )
        .default([]),
      shortcuts: z
        .array(
          z.object({
            name: z.string(),
            type: z.enum(['global', 'message']),
            callback_id: z.string(),
            description: z.string().default(''),
          }),
        )
        .default([]),
      app_home: z.object({ home_tab_enabled: z.boolean().default(false) }).optional(),
    })
    .default({ slash_commands: [], shortcuts: [] }),
  functions: z
    .record(
      z.string(),
      z.object({ title: z.string(), input_parameters: parameters, output_parameters: parameters }),
    )
    .default({}),
  oauth_config: z.object({
    scopes: z.object({ bot: z.array(z.string()), bot_optional: z.array(z.string()).default([]) }),
  }),
  settings: z
    .object({ event_subscriptions: z.object({ bot_events: z.array(z.string()).default([]) }).optional() })
    .default({}),
});

/** Used where no manifest is at hand: enough for the commands, the thread and the files of the main story. */
export const DEFAULT_SCOPES: readonly string[] = [
  'app_mentions:read',
  'channels:history',
  'channels:read',
  'chat:write',
  'commands',
  'files:read',
  'files:write',
  'groups:history',
  'groups:read',
  'im:history',
  'im:read',
  'im:write',
  'mpim:read',
  'reactions:write',
  'usergroups:read',
  'users:read',
];

export function readPermissions(manifestPath: string): Permissions {
  const manifest = manifestShape.parse(parse(readFileSync(manifestPath, 'utf8')));
  const { bot, bot_optional: optional } = manifest.oauth_config.scopes;
  return {
    scopes: new Set([...bot, ...optional]),
    commands: manifest.features.slash_commands.map((each) => ({
      command: each.command,
      description: each.description,
      usageHint: each.usage_hint,
      shouldEscape: each.should_escape,
    })),
    shortcuts: manifest.features.shortcuts.map(({ callback_id: callbackId, ...rest }) => ({
      ...rest,
      callbackId,
    })),
    steps: Object.entries(manifest.functions).map(([callbackId, step]) => ({
      callbackId,
      title: step.title,
      required: step.input_parameters.required,
      inputs: Object.keys(step.input_parameters.properties),
      fields: fieldsOf(step.input_parameters),
      outputs: step.output_parameters.required,
    })),
    hasHome: manifest.features.app_home?.home_tab_enabled ?? false,
    events: new Set(manifest.settings.event_subscriptions?.bot_events ?? []),
  };
}

function fieldsOf({ properties, required }: z.output<typeof parameters>): StepField[] {
  return Object.entries(properties).map(([name, { type, title, description }]) => ({
    name,
    title: title || name,
    description,
    isRequired: required.includes(name),
    isChannel: type === 'slack#/types/channel_id',
  }));
}

export function defaultPermissions(): Permissions {
  return {
    scopes: new Set(DEFAULT_SCOPES),
    commands: [
      {
        command: '/goleak',
        description: 'Capture and explain Go profiles',
        usageHint: '',
        shouldEscape: true,
      },
    ],
    shortcuts: [
      { name: 'Capture', type: 'global', callbackId: 'capture_global', description: '' },
      { name: 'Capture for this', type: 'message', callbackId: 'capture_message', description: '' },
    ],
    steps: [],
    hasHome: true,
    events: new Set(['app_mention', 'message.im', 'app_home_opened']),
  };
}

/** The manifest's permissions where the file is there, the defaults where it is not. */
export function permissionsFrom(manifestPath: string | undefined): Permissions {
  return manifestPath && existsSync(manifestPath) ? readPermissions(manifestPath) : defaultPermissions();
}
