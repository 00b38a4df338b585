// The page's script: shows fragments the server drew, sends what is typed and clicked, and fetches again when told to.
import { followColours } from './colours.js';
import { composer } from './composer.js';
import { listen } from './events.js';
import { openShortcuts, walkMenus } from './menus.js';
import { openChannel, openTab, openThread, refreshThread, refreshView } from './panes.js';
import { refreshPlaces } from './places.js';
import { press } from './press.js';
import { $, state } from './state.js';
import { closeModal, listenToForms } from './views.js';

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
  else if ('more' in target.dataset || 'shortcuts' in target.dataset) openShortcuts(target);
  else if ('close' in target.dataset) void closeModal(target.dataset.close === 'whole');
});

$('#user').addEventListener('change', async ({ target }) => {
  state.user = target.value;
  await openChannel(state.channel);
  await refreshView();
});

followColours();
for (const form of document.querySelectorAll('.composer')) composer(form);
walkMenus();
listenToForms();
const asked = new URLSearchParams(location.hash.slice(1));
state.user = asked.get('user') ?? '';
state.channel = asked.get('channel') ?? '';
await refreshPlaces();
await openChannel(state.channel);
if (asked.get('tab') === 'home') await openTab('home');
if (asked.get('thread')) await openThread(asked.get('thread'));
await refreshView();
listen();
document.body.dataset.ready = 'yes';
