// Modals and the home tab: what the app changes is drawn without losing what was entered, and lists are searched.
import {
  answerOf,
  answersIn,
  comboboxes,
  focusAgain,
  focusedIn,
  focusOn,
  localMoments,
  restore,
} from './forms.js';
import { actInView, press } from './press.js';
import { act } from './server.js';
import { $, state } from './state.js';

/** Draws a view again without losing what is entered in it, or where somebody is. */
export function keepingAnswers(list, draw) {
  const old = list.querySelector('[data-view]');
  const before = old && { id: old.dataset.view, values: answersIn(old), focus: focusedIn(old) };
  draw();
  const fresh = list.querySelector('[data-view]');
  if (!fresh || fresh === old) return;
  localMoments(fresh);
  for (const select of fresh.querySelectorAll('[data-current]')) {
    if ([...select.options].some(({ value }) => value === state.channel)) select.value = state.channel;
  }
  comboboxes(fresh, searchList, changed);
  if (before?.id !== fresh.dataset.view) return focusOn(fresh.querySelector('[autofocus]'));
  restore(fresh, before.values);
  const wrong = fresh.querySelector('[aria-invalid]');
  if (wrong) focusOn(wrong);
  else if (before.focus) focusAgain(fresh, before.focus);
}

/** Controls tell of a change only where the app wants to hear of it before the view is submitted. */
function changed(control) {
  if (control.dataset.dispatch === 'change') void press(control, answerOf(control));
}

async function searchList(control, value) {
  const view = control.closest('[data-view]');
  const { block: blockId, actionId } = control.dataset;
  return act('/page/options', { viewId: view.dataset.view, user: state.user, blockId, actionId, value });
}

export function closeModal(whole = false) {
  return act('/page/close', { viewId: $('#modal form').dataset.view, user: state.user, whole });
}

/** Everything but presses of buttons, which the page tells apart first. */
export function listenToForms() {
  document.addEventListener('change', ({ target }) => {
    if (target instanceof HTMLSelectElement && target.dataset.action) {
      const { url } = target.selectedOptions[0].dataset;
      if (url) window.open(url, '_blank', 'noopener');
      void press(target, target.value).then(() => {
        target.selectedIndex = 0;
      });
      return;
    }
    const control = target.closest('[data-control]');
    if (control && !control.classList.contains('combo')) changed(control);
  });
  document.addEventListener('keydown', (event) => {
    const control = event.target instanceof Element && event.target.closest('[data-dispatch=enter]');
    if (!control || event.key !== 'Enter' || event.isComposing) return;
    event.preventDefault();
    void press(control, answerOf(control));
  });
  document.addEventListener('input', ({ target }) => {
    const control = target.closest('[data-dispatch=character]');
    if (control) void actInView(control.closest('[data-view]'), control, answerOf(control));
  });
  $('#modal').addEventListener('submit', submit);
  $('#modal').addEventListener('cancel', (event) => {
    event.preventDefault();
    void closeModal();
  });
}

async function submit(event) {
  event.preventDefault();
  const form = event.target;
  const buttons = [...form.querySelectorAll('footer button')];
  for (const button of buttons) button.disabled = true;
  await act('/page/submit', { viewId: form.dataset.view, user: state.user, values: answersIn(form) });
  for (const button of buttons) button.disabled = false;
}
