// The page's script: shows fragments the server drew, sends what is typed and clicked, and fetches again when told to.

const $ = (selector) => document.querySelector(selector);
const state = {
  user: '',
  channel: '',
  thread: undefined,
  tab: 'messages',
  unread: new Set(),
  places: undefined,
};
const NEAR_BOTTOM_PX = 120;
const REFRESH_MS = 40;

async function fragment(path, query) {
  const answer = await fetch(`${path}?${new URLSearchParams(query)}`);
  return answer.ok ? answer.text() : '';
}

async function act(path, body) {
  const answer = await fetch(path, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  if (!answer.ok) toast((await answer.json().catch(() => ({ error: 'That did not work.' }))).error);
  return answer.ok;
}

function toast(text) {
  const box = $('#toast');
  box.textContent = text;
  box.hidden = false;
  clearTimeout(toast.timer);
  toast.timer = setTimeout(() => {
    box.hidden = true;
  }, 5000);
}

/** Puts the new list in place, touching only messages that changed, so scrolling and open menus survive. */
function show(list, text) {
  const atBottom = list.scrollHeight - list.scrollTop - list.clientHeight < NEAR_BOTTOM_PX;
  const template = document.createElement('template');
  template.innerHTML = text;
  localTimes(template.content);
  const old = new Map([...list.children].map((each) => [each.dataset.key, each]));
  const wanted = [...template.content.children].map((fresh) => {
    const kept = old.get(fresh.dataset.key);
    if (!kept || kept.dataset.rev !== fresh.dataset.rev) return fresh;
    return kept;
  });
  for (const [index, each] of wanted.entries()) {
    if (list.children[index] !== each) list.insertBefore(each, list.children[index] ?? null);
  }
  while (list.children.length > wanted.length) list.lastElementChild.remove();
  if (atBottom) stickToBottom(list);
}

function stickToBottom(list) {
  list.scrollTop = list.scrollHeight;
  for (const image of list.querySelectorAll('img')) {
    if (!image.complete) {
      image.addEventListener('load', () => {
        list.scrollTop = list.scrollHeight;
      });
    }
  }
}

function localTimes(root) {
  for (const time of root.querySelectorAll('time')) {
    const date = new Date(time.dateTime);
    time.textContent = date.toLocaleTimeString([], { hour: '2-digit', minute: '2-digit' });
    time.title = date.toLocaleString();
  }
}

async function refreshChannel() {
  const { channel, user, tab } = state;
  const text =
    tab === 'home'
      ? await fragment('/page/home', { user })
      : await fragment('/page/channel', { channel, user });
  if (channel === state.channel && tab === state.tab) show($('#messages'), text);
}

async function refreshThread() {
  const { channel, user, thread } = state;
  $('#thread').hidden = thread === undefined;
  document.body.classList.toggle('with-thread', thread !== undefined);
  if (thread === undefined) return;
  const text = await fragment('/page/thread', { channel, user, ts: thread });
  if (thread === state.thread) show($('#replies'), text);
}

async function refreshView() {
  const text = await fragment('/page/view', { user: state.user });
  const dialog = $('#modal');
  if (!text) return dialog.close();
  const template = document.createElement('template');
  template.innerHTML = text;
  const fresh = template.content.firstElementChild;
  const shown = dialog.firstElementChild;
  if (shown?.dataset.view === fresh.dataset.view && shown.dataset.rev === fresh.dataset.rev) return;
  dialog.replaceChildren(fresh);
  if (!dialog.open) dialog.showModal();
}

async function refreshPlaces() {
  const places = await (await fetch('/page/places')).json();
  state.places = places;
  const people = places.users.filter((user) => !user.bot);
  state.user = people.some((user) => user.id === state.user) ? state.user : people[0].id;
  const visible = places.channels.filter((channel) => !channel.is_im && !channel.is_archived);
  const own = places.channels.find((channel) => channel.is_im && channel.user === state.user);
  const known = [...visible, own].some((channel) => channel?.id === state.channel);
  if (!known) state.channel = own && state.channel.startsWith('D') ? own.id : visible[0].id;
  $('#user').replaceChildren(
    ...people.map((user) => new Option(user.name, user.id, false, user.id === state.user)),
  );
  $('#channels').replaceChildren(
    ...visible.map((channel) => placeItem(channel, channel.is_private ? '🔒' : '#', channel.name)),
  );
  $('#apps').replaceChildren(...(own ? [placeItem(own, '●', 'goleak')] : []));
  drawTitle();
}

function placeItem(channel, sign, name) {
  const item = document.createElement('li');
  const button = document.createElement('button');
  button.type = 'button';
  button.dataset.channel = channel.id;
  button.classList.toggle('current', channel.id === state.channel);
  button.classList.toggle('unread', state.unread.has(channel.id));
  const mark = document.createElement('span');
  mark.textContent = sign;
  button.append(mark, name);
  item.append(button);
  return item;
}

function drawTitle() {
  const channel = state.places.channels.find((each) => each.id === state.channel);
  const name = channel.is_im ? 'goleak' : `# ${channel.name}`;
  $('#title').textContent = name;
  $('#topic').textContent = channel.is_im ? '' : channel.topic.value;
  $('#members').textContent = channel.is_im ? '' : `${channel.num_members} members`;
  $('#tabs').hidden = !channel.is_im;
  for (const tab of document.querySelectorAll('#tabs button'))
    tab.classList.toggle('current', tab.dataset.tab === state.tab);
  $('#thread-place').textContent = name;
  $('main .composer').hidden = state.tab === 'home';
  $('main .composer textarea').placeholder = `Message ${name.replace('# ', '#')}`;
}

async function openChannel(id) {
  Object.assign(state, { channel: id, thread: undefined, tab: 'messages' });
  state.unread.delete(id);
  document.body.classList.remove('with-menu');
  $('#messages').replaceChildren();
  await refreshPlaces();
  await Promise.all([refreshChannel(), refreshThread()]);
  stickToBottom($('#messages'));
}

async function openThread(ts) {
  state.thread = ts;
  $('#replies').replaceChildren();
  await refreshThread();
  stickToBottom($('#replies'));
}

/** Several changes at once are one fetch. */
function soon(work) {
  let waiting = false;
  return () => {
    if (waiting) return;
    waiting = true;
    setTimeout(() => {
      waiting = false;
      work();
    }, REFRESH_MS);
  };
}
const soonChannel = soon(refreshChannel);
const soonThread = soon(refreshThread);
const soonView = soon(refreshView);
const soonPlaces = soon(refreshPlaces);

function listen() {
  const events = new EventSource('/page/events');
  events.onmessage = ({ data }) => {
    const change = JSON.parse(data);
    if (change.kind === 'reset') return void openChannel(state.channel);
    if (change.kind === 'view') {
      soonView();
      return soonChannel();
    }
    if (change.kind === 'channel') return soonPlaces();
    if (change.channel === state.channel) {
      soonChannel();
      soonThread();
    } else if (change.channel && change.kind === 'message' && !state.unread.has(change.channel)) {
      state.unread.add(change.channel);
      soonPlaces();
    }
  };
  let lost = false;
  events.onerror = () => {
    lost = true;
  };
  events.onopen = () => {
    if (lost) void openChannel(state.channel);
    lost = false;
  };
}

function placeOf(element) {
  return { channel: state.channel, ts: element.closest('[data-ts]')?.dataset.ts ?? '' };
}

async function press(element, value) {
  if (element.dataset.confirm && !(await confirmed(JSON.parse(element.dataset.confirm)))) return;
  if (element.dataset.url) window.open(element.dataset.url, '_blank', 'noopener');
  element.classList.add('busy');
  element.disabled = true;
  const body = { ...placeOf(element), actionId: element.dataset.action, user: state.user };
  await act('/page/click', value === undefined ? body : { ...body, value });
  element.classList.remove('busy');
  element.disabled = false;
}

function confirmed(about) {
  const dialog = $('#confirm');
  const title = Object.assign(document.createElement('h2'), { textContent: about.title });
  const text = Object.assign(document.createElement('p'), { textContent: about.text });
  const row = document.createElement('footer');
  const answer = (label, style, value) => {
    const button = Object.assign(document.createElement('button'), {
      textContent: label,
      className: `button ${style}`,
    });
    button.addEventListener('click', () => dialog.close(value));
    row.append(button);
  };
  answer(about.deny, 'plain', 'no');
  answer(about.confirm, 'primary', 'yes');
  dialog.replaceChildren(title, text, row);
  dialog.returnValue = 'no';
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener('close', () => resolve(dialog.returnValue === 'yes'), { once: true });
  });
}

/** `state.values` of a view: block_id -> action_id -> what was entered, in the shape of its element. */
function answersIn(form) {
  const values = {};
  for (const input of form.querySelectorAll('[data-action-id]')) {
    const { block, actionId, type } = input.dataset;
    values[block] ??= {};
    values[block][actionId] = { type, ...answerOf(input, type) };
  }
  return values;
}

function answerOf(input, type) {
  if (input instanceof HTMLSelectElement) {
    const chosen = [...input.selectedOptions]
      .filter((each) => each.dataset.option)
      .map((each) => JSON.parse(each.dataset.option));
    return input.multiple ? { selected_options: chosen } : { selected_option: chosen[0] ?? null };
  }
  if (type === 'datepicker') return { selected_date: input.value || null };
  if (type === 'timepicker') return { selected_time: input.value || null };
  return { value: input.value || null };
}

function composer(form) {
  const area = form.querySelector('textarea');
  const hints = form.querySelector('.hints');
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
    if (!text) return;
    area.value = '';
    grow();
    const body = { channel: state.channel, user: state.user, text };
    const inThread = form.dataset.place === 'thread' && state.thread;
    stickToBottom(inThread ? $('#replies') : $('#messages'));
    const sent = await act('/page/type', inThread ? { ...body, threadTs: state.thread } : body);
    if (!sent) area.value = text;
  });
}

document.addEventListener('click', (event) => {
  const target = event.target instanceof Element ? event.target.closest('button') : null;
  if (!target) return;
  if (target.dataset.action) void press(target);
  else if (target.dataset.thread) void openThread(target.dataset.thread);
  else if (target.dataset.channel) void openChannel(target.dataset.channel);
  else if (target.dataset.tab) void openTab(target.dataset.tab);
  else if (target.id === 'close-thread') {
    state.thread = undefined;
    void refreshThread();
  } else if (target.id === 'menu') document.body.classList.toggle('with-menu');
  else if ('close' in target.dataset)
    void act('/page/close', { viewId: target.closest('form').dataset.view, user: state.user });
});

document.addEventListener('change', (event) => {
  const target = event.target;
  if (target.id === 'user') {
    state.user = target.value;
    void openChannel(state.channel);
  } else if (target instanceof HTMLSelectElement && target.dataset.action) {
    void press(target, target.value);
  }
});

$('#modal').addEventListener('submit', (event) => {
  event.preventDefault();
  const form = event.target;
  void act('/page/submit', { viewId: form.dataset.view, user: state.user, values: answersIn(form) });
});
$('#modal').addEventListener('cancel', (event) => {
  event.preventDefault();
  void act('/page/close', { viewId: $('#modal form').dataset.view, user: state.user });
});

async function openTab(tab) {
  state.tab = tab;
  $('#messages').replaceChildren();
  drawTitle();
  if (tab === 'home') await act('/page/open-home', { user: state.user });
  await refreshChannel();
}

for (const form of document.querySelectorAll('.composer')) composer(form);
const asked = new URLSearchParams(location.hash.slice(1));
state.user = asked.get('user') ?? '';
state.channel = asked.get('channel') ?? '';
await refreshPlaces();
await openChannel(state.channel);
if (asked.get('thread')) await openThread(asked.get('thread'));
await refreshView();
listen();
document.body.dataset.ready = 'yes';
