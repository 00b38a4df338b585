// Menus of shortcuts: beside the composer, and of a message. Opened, walked and left by keyboard as menus are.
import { placeOf } from './press.js';
import { act } from './server.js';
import { state } from './state.js';
import { openWorkflow } from './workflow.js';

let openedBy;

/** The shortcuts that fit where the button is. */
export function openShortcuts(button) {
  const isOfMessage = 'more' in button.dataset;
  const about = isOfMessage ? placeOf(button) : {};
  const { shortcuts, workflows } = state.places;
  const entries = shortcuts.filter(({ type }) => type === (isOfMessage ? 'message' : 'global'));
  openMenu(button, [
    ...entries.map(({ name, description, callbackId }) => ({
      label: name,
      about: description,
      run: () => act('/page/shortcut', { ...about, user: state.user, callbackId }),
    })),
    ...(isOfMessage ? [] : workflows).map((workflow) => ({
      label: `Workflow: ${workflow.title}`,
      about: 'One step of this app, and a message with what it hands on',
      run: () => openWorkflow(workflow),
    })),
  ]);
}

/**
 * @param entries [{ label, about, run }]
 */
function openMenu(opener, entries) {
  const menu = document.querySelector('#menu-popup');
  menu.replaceChildren(
    ...entries.map(({ label, about, run }) => {
      const row = document.createElement('button');
      row.type = 'button';
      row.setAttribute('role', 'menuitem');
      row.append(label);
      if (about) row.append(Object.assign(document.createElement('small'), { textContent: about }));
      row.addEventListener('click', () => {
        menu.hidePopover();
        run();
      });
      return row;
    }),
  );
  opener.setAttribute('aria-expanded', 'true');
  openedBy = opener;
  menu.showPopover({ source: opener });
  place(menu, opener.getBoundingClientRect());
  menu.querySelector('button')?.focus();
}

function place(menu, { top, bottom, left, right }) {
  const { offsetWidth: width, offsetHeight: height } = menu;
  const isLow = bottom + height > innerHeight;
  menu.style.top = `${Math.max(8, isLow ? top - height : bottom)}px`;
  menu.style.left = `${Math.max(8, left + width > innerWidth ? right - width : left)}px`;
}

export function walkMenus() {
  const menu = document.querySelector('#menu-popup');
  menu.addEventListener('toggle', ({ newState }) => {
    if (newState === 'closed') openedBy?.setAttribute('aria-expanded', 'false');
  });
  menu.addEventListener('keydown', (event) => {
    const rows = [...menu.querySelectorAll('button')];
    const at = rows.indexOf(document.activeElement);
    const next = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: rows.length - 1 }[event.key];
    if (next === undefined) {
      if (event.key === 'Tab') menu.hidePopover();
      return;
    }
    event.preventDefault();
    rows[(next + rows.length) % rows.length]?.focus();
  });
}
