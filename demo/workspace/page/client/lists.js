// Lists of messages: only what changed is touched, and who reads at the end stays there.

const NEAR_BOTTOM_PX = 120;

/** Puts the new list in place, touching only messages that changed, so scrolling and open menus survive. */
export function show(list, text) {
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

export function stickToBottom(list) {
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
