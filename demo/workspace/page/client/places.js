// The sidebar and the title: which places there are, and which one is open.
import { $, state } from './state.js';

export async function refreshPlaces() {
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

export function drawTitle() {
  const channel = state.places.channels.find((each) => each.id === state.channel);
  const name = channel.is_im ? 'goleak' : `# ${channel.name}`;
  $('#title').textContent = name;
  $('#topic').textContent = channel.is_im ? '' : channel.topic.value;
  $('#members').textContent = channel.is_im ? '' : `${channel.num_members} members`;
  $('#tabs').hidden = !channel.is_im || !state.places.hasHome;
  for (const tab of document.querySelectorAll('#tabs button'))
    tab.classList.toggle('current', tab.dataset.tab === state.tab);
  $('#thread-place').textContent = name;
  $('main .composer').hidden = state.tab === 'home';
  $('main .composer textarea').placeholder = `Message ${name.replace('# ', '#')}`;
}
