import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Manifest } from '@slack/web-api/dist/types/request/manifest.js';
import { Ajv } from 'ajv';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';

const manifest = parse(readFileSync('manifest.yml', 'utf8'));
const schema = JSON.parse(readFileSync('test/manifest/slack-schema/manifest.schema.2.0.0.json', 'utf8'));

/** Scope that each Web API method of ours needs, from Slack's method reference. */
const SCOPES: Readonly<Record<string, readonly string[]>> = {
  'auth.test': [],
  'apps.connections.open': [], // app token, connections:write
  'chat.postMessage': ['chat:write'],
  'chat.postEphemeral': ['chat:write'],
  'chat.update': ['chat:write'],
  'conversations.history': ['channels:history', 'groups:history', 'im:history'],
  'conversations.replies': ['channels:history', 'groups:history', 'im:history'],
  'conversations.info': ['channels:read', 'groups:read', 'mpim:read'],
  'users.info': ['users:read'],
  'functions.completeError': [],
  'functions.completeSuccess': [],
  'views.open': [],
  'usergroups.users.list': ['usergroups:read'],
  'conversations.list': ['channels:read', 'groups:read'],
  'conversations.join': ['channels:join'],
  'pins.list': ['pins:read'],
  'views.publish': [],
  'files.getUploadURLExternal': ['files:write'],
  'files.completeUploadExternal': ['files:write'],
  'files.info': ['files:read'],
};
const EVENT_SCOPES: Readonly<Record<string, readonly string[]>> = {
  function_executed: [],
  app_home_opened: [],
  app_mention: ['app_mentions:read'],
  channel_created: ['channels:read'],
  member_joined_channel: ['channels:read', 'groups:read'],
  'message.channels': ['channels:history'],
  'message.groups': ['groups:history'],
  'message.im': ['im:history'],
  pin_added: ['pins:read'],
};
/** One listener hears what Slack subscribes to by kind of channel. */
const SUBSCRIPTIONS: Readonly<Record<string, readonly string[]>> = {
  message: ['message.channels', 'message.groups', 'message.im'],
};

const source = readdirSync('src', { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.ts'))
  .map((file) => readFileSync(join('src', file), 'utf8'))
  .join('\n');
const found = (pattern: RegExp): string[] =>
  [...new Set([...source.matchAll(pattern)].map((match) => match[1] ?? ''))].sort();

describe('manifest.yml', () => {
  it("passes Slack's published schema", () => {
    const ajv = new Ajv({ strict: false, allErrors: true, validateFormats: false });
    const valid = ajv.validate(schema, manifest);
    expect(ajv.errors ?? []).toEqual([]);
    expect(valid).toBe(true);
  });

  it('names only scopes and events Slack knows', () => {
    // The schema does not check these words; the type does, at compile time, for the list as written here.
    const scopes = [
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
      'users:read',
    ] as const satisfies NonNullable<NonNullable<Manifest['oauth_config']>['scopes']>['bot'];
    // Without these it works for less: in no group message, by no user group, with no pinned alert, joining nothing.
    const optional = [
      'channels:join',
      'mpim:read',
      'pins:read',
      'usergroups:read',
    ] as const satisfies NonNullable<NonNullable<Manifest['oauth_config']>['scopes']>['bot_optional'];
    expect(manifest.oauth_config.scopes).toEqual({ bot: scopes, bot_optional: optional });
  });

  it('names exactly the commands the code answers', () => {
    const commands = found(/const COMMAND = '(\/[a-z]+)'/g);
    expect(manifest.features.slash_commands.map(({ command }: { command: string }) => command)).toEqual(
      commands,
    );
  });

  it('names exactly the events the code listens to', () => {
    expect([...manifest.settings.event_subscriptions.bot_events].sort()).toEqual(
      [...found(/app\.event\('([a-z_.]+)'/g), 'function_executed']
        .flatMap((event) => SUBSCRIPTIONS[event] ?? [event])
        .sort(),
    );
  });

  it('asks for exactly the scopes its methods, events and commands need', () => {
    const methods = found(
      /(?:client|slack)\.((?:auth|apps|chat|conversations|files|pins|views|functions|users|usergroups)\.[A-Za-z.]+)\(/g,
    );
    const unknown = methods.filter((method) => SCOPES[method] === undefined);
    expect(unknown).toEqual([]);
    const events: string[] = manifest.settings.event_subscriptions.bot_events;
    const needed = new Set([
      'commands',
      ...methods.flatMap((method) => SCOPES[method] ?? []),
      ...events.flatMap((event) => EVENT_SCOPES[event] ?? []),
    ]);
    const { bot, bot_optional: optional } = manifest.oauth_config.scopes;
    expect([...bot, ...optional].sort()).toEqual([...needed].sort());
  });

  it('names exactly the shortcuts the code answers, within the lengths Slack shows', () => {
    const named: { name: string; callback_id: string; description: string }[] = manifest.features.shortcuts;
    const answered = found(/^const CAPTURE_[A-Z]+ = '([a-z_]+)';/gm);
    expect(named.map(({ callback_id: id }) => id).sort()).toEqual(answered);
    for (const { name, description } of named) {
      expect(name.length).toBeLessThanOrEqual(24);
      expect(description.length).toBeLessThanOrEqual(150);
    }
  });

  it('offers exactly the workflow steps the code answers', () => {
    expect(Object.keys(manifest.functions)).toEqual(found(/^export const CAPTURE_STEP = '([a-z_]+)';/gm));
    expect(source).toContain('app.function(');
  });

  it('has a home tab because the code publishes one', () => {
    expect(source).toContain('views.publish');
    expect(manifest.features.app_home.home_tab_enabled).toBe(true);
  });

  it('is interactive because the code has buttons', () => {
    expect(source).toContain('app.action');
    expect(manifest.settings.interactivity.is_enabled).toBe(true);
  });

  it('describes itself within the lengths Slack asks for', () => {
    const { description, long_description: long } = manifest.display_information;
    expect(description.length).toBeLessThanOrEqual(140);
    expect(long.length).toBeGreaterThanOrEqual(174);
    expect(long.length).toBeLessThanOrEqual(4_000);
  });
});
