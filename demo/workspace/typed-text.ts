import { escapeMrkdwn } from './mrkdwn.ts';
import type { World } from './world.ts';

/**
 * What Slack makes of typed text: `@goleak` -> `<@U0GOLEAK>`, `#general` -> `<#C0GENERAL|general>`, `@here` -> `<!here>`,
 * `https://x` -> `<https://x>`, and `& < >` escaped. Commands with should_escape get the person's name too: `<@U1|name>`.
 */
export function linked(text: string, world: World, inCommand: boolean): string {
  return escapeMrkdwn(text).replaceAll(
    /(https?:\/\/[^\s]+)|(^|[\s(])([@#])([\w.-]+)/g,
    (whole, url, before, sign, name) => {
      if (url) return `<${url}>`;
      if (sign === '#') {
        const channel = world.channel(String(name));
        return channel && channel.kind !== 'im' ? `${before}<#${channel.id}|${channel.name}>` : whole;
      }
      if (['here', 'channel', 'everyone'].includes(name)) return `${before}<!${name}>`;
      const user = world.user(String(name));
      return user ? `${before}<@${user.id}${inCommand ? `|${user.name}` : ''}>` : whole;
    },
  );
}
