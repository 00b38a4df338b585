// The channel, the thread beside it, the home tab and the modal.
import { focusOn } from './forms.js';
import { show, stickToBottom } from './lists.js';
import { drawTitle, refreshPlaces } from './places.js';
import { act, fragment } from './server.js';
import { $, state } from './state.js';
import { keepingAnswers } from './views.js';

export async function refreshChannel() {
  const { channel, user, tab } = state;
  const text =
    tab === 'home'
      ? await fragment('/page/home', { user })
      : await fragment('/page/channel', { channel, user });
  if (channel !== state.channel || tab !== state.tab) return;
  const list = $('#messages');
  if (tab !== 'home') return show(list, text);
  const { scrollTop } = list;
  keepingAnswers(list, () => show(list, text));
  // Read from its top, unlike messages.
  list.scrollTop = scrollTop;
}

export async function refreshThread() {
  const { channel, user, thread } = state;
  $('#thread').hidden = thread === undefined;
  document.body.classList.toggle('with-thread', thread !== undefined);
  if (thread === undefined) return;
  const text = await fragment('/page/thread', { channel, user, ts: thread });
  if (thread === state.thread) show($('#replies'), text);
}

export async function refreshView() {
  const text = await fragment('/page/view', { user: state.user });
  const dialog = $('#modal');
  if (!text) return dialog.close();
  const template = document.createElement('template');
  template.innerHTML = text;
  const fresh = template.content.firstElementChild;
  const shown = dialog.firstElementChild;
  if (shown?.dataset.view === fresh.dataset.view && shown.dataset.rev === fresh.dataset.rev) return;
  keepingAnswers(dialog, () => dialog.replaceChildren(fresh));
  if (dialog.open) return;
  dialog.showModal();
  focusOn(fresh.querySelector('[autofocus]') ?? fresh.querySelector('[data-control]'));
}

export async function openChannel(id) {
  Object.assign(state, { channel: id, thread: undefined, tab: 'messages' });
  state.unread.delete(id);
  document.body.classList.remove('with-menu');
  $('#messages').replaceChildren();
  await refreshPlaces();
  await Promise.all([refreshChannel(), refreshThread()]);
  stickToBottom($('#messages'));
}

export async function openThread(ts) {
  state.thread = ts;
  $('#replies').replaceChildren();
  await refreshThread();
  stickToBottom($('#replies'));
}

export async function openTab(tab) {
  state.tab = tab;
  $('#messages').replaceChildren();
  drawTitle();
  if (tab === 'home') await act('/page/open-home', { user: state.user });
  await refreshChannel();
}
