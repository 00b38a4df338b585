// The box people type into, with the commands that fit what is typed.
import { attachments } from './attach.js';
import { stickToBottom } from './lists.js';
import { act, drop } from './server.js';
import { $, state } from './state.js';

export function composer(form) {
  const area = form.querySelector('textarea');
  const hints = form.querySelector('.hints');
  const attached = attachments(form);
  const grow = () => {
    area.rows = Math.min(8, area.value.split('\n').length);
    const typed = area.value;
    const fitting = typed.startsWith('/')
      ? state.places.commands.filter((each) => each.command.startsWith(typed.split(' ')[0]))
      : [];
    hints.hidden = fitting.length === 0;
    hints.replaceChildren(
      ...fitting.map((each) => {
        const line = document.createElement('button');
        line.type = 'button';
        const name = Object.assign(document.createElement('b'), { textContent: each.command });
        const usage = Object.assign(document.createElement('code'), { textContent: each.usageHint });
        const about = Object.assign(document.createElement('span'), { textContent: each.description });
        line.append(name, ' ', usage, about);
        line.addEventListener('click', () => {
          if (!area.value.includes(' ')) area.value = `${each.command} `;
          area.focus();
        });
        return line;
      }),
    );
  };
  area.addEventListener('input', grow);
  area.addEventListener('keydown', (event) => {
    if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    form.requestSubmit();
  });
  form.addEventListener('submit', async (event) => {
    event.preventDefault();
    const text = area.value.trim();
    const files = attached.empty();
    if (!text && files.length === 0) return;
    area.value = '';
    grow();
    const body = { channel: state.channel, user: state.user, text };
    const inThread = form.dataset.place === 'thread' && state.thread;
    stickToBottom(inThread ? $('#replies') : $('#messages'));
    const said = inThread ? { ...body, threadTs: state.thread } : body;
    const sent = await (files.length > 0 ? drop(said, files) : act('/page/type', said));
    if (sent) return;
    area.value = text;
    attached.add(files);
  });
}
