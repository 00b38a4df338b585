// What the page shows at the moment, and for whom.

export const $ = (selector) => document.querySelector(selector);

export const state = {
  user: '',
  channel: '',
  thread: undefined,
  tab: 'messages',
  unread: new Set(),
  places: undefined,
};
