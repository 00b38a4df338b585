// F3: Slack takes a call and its answer is lost. Nothing is posted blindly again: what may be there is looked for first.
import type { Scene, Typed } from '../scene.ts';
import { must, type Variant } from '../variants.ts';

const METHODS = {
  root: 'chat.postMessage',
  update: 'chat.update',
  reply: 'chat.postMessage',
  upload: 'files.completeUploadExternal',
} as const;
type Shown = keyof typeof METHODS;

const LOSSES = {
  reset: 'then the connection reset',
  unavailable: 'then HTTP 503',
  hang: 'then silence',
} as const;
type Loss = keyof typeof LOSSES;

/** Our own deadline for an answer, three looks over ten seconds, and a capture. */
const WITHIN_MS = 60_000;

export const slackAnswers: readonly Variant[] = (Object.keys(METHODS) as Shown[]).flatMap((shown) =>
  (Object.keys(LOSSES) as Loss[]).map(
    (loss): Variant => ({
      fault: 'F3',
      variant: `${shown} accepted, ${LOSSES[loss]}`,
      promise: 'the message is looked for before it is posted again, so that the thread has it once',
      together: true,
      ...(shown === 'root' && loss !== 'hang' && { guards: ['outbox'] }),
      play: (scene) => loseAnswer(shown, loss, scene),
    }),
  ),
);

async function loseAnswer(shown: Shown, loss: Loss, scene: Scene): Promise<string> {
  const lose = (): void => scene.troubles({ kind: loss, method: METHODS[shown], accepted: true });
  if (shown === 'root') lose();
  const request = await scene.asks();
  if (shown !== 'root') {
    const root = await scene.root(request, /./);
    if (shown === 'reply') scene.workspace.faults.add(lostReply(loss, scene.channel, root.ts));
    else lose();
  }
  const root = await scene.finished(request, WITHIN_MS);
  return onceEach(scene, request, root.ts);
}

function lostReply(kind: Loss, channel: string, ts: string) {
  return { kind, method: METHODS.reply, accepted: true, where: { channel, thread_ts: ts } } as const;
}

/** One root, no reply twice, no file twice. */
function onceEach(scene: Scene, request: Typed, ts: string): string {
  const roots = scene.roots(request).length;
  must(roots === 1, `${roots} root messages`);
  const { replies, files } = threadOf(scene, ts);
  must(new Set(replies).size === replies.length, `a reply is there twice: ${replies.join(', ')}`);
  must(new Set(files).size === files.length, `a file is there twice: ${files.join(', ')}`);
  return `1 root message, ${replies.length} replies and ${files.length} files, each once`;
}

export function threadOf(scene: Scene, ts: string): { readonly replies: string[]; readonly files: string[] } {
  const messages = scene.workspace.thread(scene.channel, ts).slice(1);
  const names = new Map(scene.workspace.files().map(({ id, name }) => [id, name]));
  return {
    replies: messages.flatMap(({ metadata }) => {
      const key = (metadata?.event_payload as { key?: unknown } | undefined)?.key;
      return key === undefined ? [] : [String(key)];
    }),
    files: messages.flatMap(({ files }) => files.map((id) => names.get(id) ?? id)),
  };
}
