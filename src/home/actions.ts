// What can be pressed in the home tab. The values are names and page numbers anybody could type: whoever presses is asked
// again whether they may.

export const HOME_SEARCH = 'home_search';
export const HOME_PREVIOUS = 'home_previous';
export const HOME_NEXT = 'home_next';
export const HOME_CAPTURE = 'home_capture';
export const HOME_WATCH = 'home_watch';
export const HOME_UNWATCH = 'home_unwatch';
export const HOME_DIGEST = 'home_digest';
export const HOME_PROPOSE = 'home_propose';
export const HOME_WITHDRAW = 'home_withdraw';

/** Keeps what is typed there, through every drawing. */
export const SEARCH_BLOCK = 'home-search';
