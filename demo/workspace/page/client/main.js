// The page's script: shows fragments the server drew, sends what is typed and clicked, and fetches again when told to.
import { answersIn } from './answers.js';
import { followColours } from './colours.js';
import { composer } from './composer.js';
import { listen } from './events.js';
import { openChannel, openTab, openThread, refreshThread, refreshView } from './panes.js';
import { refreshPlaces } from './places.js';
import { press } from './press.js';
import { act } from './server.js';
import { $, state } from './state.js';

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

followColours();
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
