// The stream that says what changed.
import { openChannel, refreshChannel, refreshThread, refreshView } from './panes.js';
import { refreshPlaces } from './places.js';
import { state } from './state.js';

const REFRESH_MS = 40;

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

export function listen() {
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
    // What changed before the stream stood was told to nobody.
    soonView();
    soonChannel();
  };
}
