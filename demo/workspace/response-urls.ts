import { z } from 'zod';
import { isEmpty, readContent } from './content.ts';
import { isJson, type Json } from './json.ts';
import { MESSAGE_TEXT_CHARS, RESPONSE_URL_LIFETIME_MS, RESPONSE_URL_USES } from './limits.ts';
import { BOT, type Ephemeral, type Message, newId } from './nouns.ts';
import { refuse } from './refusal.ts';
import type { World } from './world.ts';

/**
 * response_url: lets the app answer a command or a click without being in the channel, five times within thirty minutes.
 * https://docs.slack.dev/interactivity/handling-user-interaction#message_responses
 */

const URLS_KEPT = 2_000;

export interface Occasion {
  readonly channel: string;
  readonly user: string;
  /** The message clicked in; a slash command has none. */
  readonly message?: Message;
  readonly ephemeral?: Ephemeral;
  /** The command as typed, shown once when its answer is shown to the channel. */
  readonly typed?: string;
}

interface Issued {
  readonly occasion: Occasion;
  readonly atMs: number;
  uses: number;
  echoed: boolean;
}

const bodyShape = z.strictObject({
  text: z.string().optional(),
  blocks: z.unknown().optional(),
  attachments: z.unknown().optional(),
  response_type: z.enum(['ephemeral', 'in_channel']).optional(),
  replace_original: z.boolean().optional(),
  delete_original: z.boolean().optional(),
  thread_ts: z.string().optional(),
  unfurl_links: z.boolean().optional(),
  unfurl_media: z.boolean().optional(),
  metadata: z.unknown().optional(),
  mrkdwn: z.boolean().optional(),
});

export class ResponseUrls {
  readonly #issued = new Map<string, Issued>();
  readonly #world: World;

  constructor(world: World) {
    this.#world = world;
  }

  /** The path below the server's origin. */
  issue(occasion: Occasion): string {
    const secret = newId('') + newId('');
    this.#issued.set(secret, { occasion, atMs: this.#world.now(), uses: 0, echoed: false });
    const oldest = this.#issued.keys().next();
    if (this.#issued.size > URLS_KEPT && !oldest.done) this.#issued.delete(oldest.value);
    return `/response/${secret}`;
  }

  async use(secret: string, body: unknown): Promise<void> {
    const issued = this.#issued.get(secret);
    if (!issued) throw refuse('invalid_url');
    if (this.#world.now() - issued.atMs > RESPONSE_URL_LIFETIME_MS) throw refuse('expired_url');
    if (issued.uses >= RESPONSE_URL_USES) throw refuse('used_url');
    await this.answer(issued, body);
    issued.uses += 1;
  }

  /** The body of an acknowledgement means the same as a response_url's, and costs no use. */
  async answerOccasion(occasion: Occasion, body: unknown): Promise<void> {
    await this.answer({ occasion, atMs: this.#world.now(), uses: 0, echoed: false }, body);
  }

  private async answer(issued: Issued, given: unknown): Promise<void> {
    const parsed = bodyShape.safeParse(given);
    if (!parsed.success)
      throw refuse(
        'invalid_payload',
        parsed.error.issues.map((issue) => `[ERROR] ${issue.message}`),
      );
    const body = parsed.data;
    const { occasion } = issued;
    if (body.delete_original) return this.#change(occasion, undefined);
    const content = await readContent(body, this.#world, MESSAGE_TEXT_CHARS);
    if (isEmpty(content)) throw refuse('no_text');
    const said = { text: content.text ?? '', blocks: content.blocks ?? [] };
    if (body.replace_original && (occasion.message || occasion.ephemeral))
      return this.#change(occasion, said);
    const where = { channel: occasion.channel, threadTs: body.thread_ts };
    if (body.response_type !== 'in_channel') {
      this.#world.whisper({ ...where, ...said, user: occasion.user, from: 'app' });
      return;
    }
    if (occasion.typed && !issued.echoed) {
      this.#world.post({ ...where, user: occasion.user, text: occasion.typed });
      issued.echoed = true;
    }
    const metadata = isJson(body.metadata) ? body.metadata : undefined;
    this.#world.post({ ...where, ...said, user: BOT.id, attachments: content.attachments ?? [], metadata });
  }

  #change(occasion: Occasion, said: { text: string; blocks: readonly Json[] } | undefined): void {
    const { ephemeral } = occasion;
    const message = occasion.message && this.#world.message(occasion.channel, occasion.message.ts);
    if (ephemeral) this.#world.replaceEphemeral(ephemeral, said);
    else if (message && said) this.#world.edit(message, said);
    else if (message) this.#world.remove(message);
    else throw refuse('no_original');
  }
}
