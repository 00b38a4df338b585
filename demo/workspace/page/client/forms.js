// What is entered in a view: read into `state.values`, put back after the app changed the view, and searched for.

/** `state.values` of a view: block_id -> action_id -> what was entered, in the shape of its element. */
export function answersIn(root) {
  const values = {};
  for (const control of root.querySelectorAll('[data-control]')) {
    const { block, actionId } = control.dataset;
    values[block] ??= {};
    values[block][actionId] = answerOf(control);
  }
  return values;
}

export function answerOf(control) {
  const { type, chosen } = control.dataset;
  switch (type) {
    case 'radio_buttons':
      return { type, selected_option: optionsChosen(control)[0] ?? null };
    case 'checkboxes':
    case 'multi_static_select':
      return { type, selected_options: optionsChosen(control) };
    case 'external_select':
      return { type, selected_option: chosen ? JSON.parse(chosen) : null };
    case 'static_select': {
      const option = control.selectedOptions[0]?.dataset.option;
      return { type, selected_option: option ? JSON.parse(option) : null };
    }
    case 'users_select':
      return { type, selected_user: control.value || null };
    case 'conversations_select':
      return { type, selected_conversation: control.value || null };
    case 'channels_select':
      return { type, selected_channel: control.value || null };
    case 'datepicker':
      return { type, selected_date: control.value || null };
    case 'timepicker':
      return { type, selected_time: control.value || null };
    case 'datetimepicker':
      return { type, selected_date_time: control.value ? new Date(control.value).getTime() / 1000 : null };
    default:
      return { type, value: control.value || null };
  }
}

function optionsChosen(group) {
  return [...group.querySelectorAll('input:checked')].map((each) => JSON.parse(each.dataset.option));
}

/** What somebody has entered stays when the app changes a view, where block and action are the same. */
export function restore(root, values) {
  for (const control of root.querySelectorAll('[data-control]')) {
    const { block, actionId, type } = control.dataset;
    const answer = values[block]?.[actionId];
    if (answer?.type === type) put(control, answer);
  }
}

function put(control, answer) {
  const { type } = answer;
  if (['radio_buttons', 'checkboxes', 'multi_static_select'].includes(type)) {
    const chosen = (answer.selected_options ?? [answer.selected_option]).map((each) => each?.value);
    for (const input of control.querySelectorAll('input')) input.checked = chosen.includes(input.value);
    return;
  }
  if (type === 'external_select') return choose(control, answer.selected_option);
  if (type === 'datetimepicker') return putMoment(control, answer.selected_date_time);
  const [, held] = Object.keys(answer);
  const value = answer[held]?.value ?? answer[held] ?? '';
  const isOffered =
    !(control instanceof HTMLSelectElement) || [...control.options].some((each) => each.value === value);
  if (isOffered) control.value = value;
}

function putMoment(control, seconds) {
  if (!seconds) return;
  const local = new Date((seconds - new Date(seconds * 1000).getTimezoneOffset() * 60) * 1000);
  control.value = local.toISOString().slice(0, 16);
}

export function localMoments(root) {
  for (const control of root.querySelectorAll('[data-seconds]'))
    putMoment(control, Number(control.dataset.seconds));
}

/** Where the focus was, to be found again in what is drawn anew. */
export function focusedIn(root) {
  const control = document.activeElement?.closest('[data-control], [data-action]');
  return control && root.contains(control) ? placeOfControl(control) : undefined;
}

export function focusAgain(root, place) {
  const same = [...root.querySelectorAll('[data-control], [data-action]')].find(
    (each) => placeOfControl(each) === place,
  );
  focusOn(same);
}

export function focusOn(control) {
  const field = control?.matches('input, select, textarea, button')
    ? control
    : control?.querySelector('input');
  field?.focus();
}

/** Blocks without an id of their own get another one each time; a button is known by its words. */
function placeOfControl({ dataset, textContent }) {
  return dataset.action ? `${dataset.action} ${textContent}` : `${dataset.block} ${dataset.actionId}`;
}

const TYPING_MS = 200;

/** Lists that only the app knows. `ask(control, typed)` gives what it offers. */
export function comboboxes(root, ask, changed) {
  for (const control of root.querySelectorAll('.combo')) combobox(control, ask, changed);
}

function combobox(control, ask, changed) {
  const input = control.querySelector('input');
  const list = control.querySelector('[role=listbox]');
  let timer;
  let current = -1;
  const options = () => [...list.querySelectorAll('[role=option]')];
  const close = () => {
    list.hidden = true;
    input.setAttribute('aria-expanded', 'false');
    input.removeAttribute('aria-activedescendant');
    current = -1;
  };
  const mark = (index) => {
    current = index;
    for (const [at, option] of options().entries())
      option.setAttribute('aria-selected', String(at === index));
    options()[index]?.scrollIntoView({ block: 'nearest' });
    if (options()[index]) input.setAttribute('aria-activedescendant', options()[index].id);
  };
  const take = (option) => {
    choose(control, JSON.parse(option.dataset.option));
    close();
    changed(control);
  };
  const load = async () => {
    const typed = input.value.trim();
    if (typed.length < Number(control.dataset.least)) return close();
    const offered = await ask(control, typed);
    const isLate = input.value.trim() !== typed || document.activeElement !== input;
    if (!offered || isLate) return;
    list.replaceChildren(...drawn(list.id, offered));
    list.hidden = false;
    input.setAttribute('aria-expanded', 'true');
    mark(options().length > 0 ? 0 : -1);
  };
  input.addEventListener('input', () => {
    delete control.dataset.chosen;
    // What is offered for other words is not taken for these.
    mark(-1);
    clearTimeout(timer);
    timer = setTimeout(load, TYPING_MS);
  });
  input.addEventListener('focus', () => {
    if (!control.dataset.chosen) void load();
  });
  input.addEventListener('blur', () => {
    close();
    const chosen = control.dataset.chosen ? JSON.parse(control.dataset.chosen) : undefined;
    input.value = chosen?.text.text ?? '';
  });
  input.addEventListener('keydown', (event) => {
    if (event.key === 'ArrowDown' && list.hidden) return void load();
    if (list.hidden) return;
    const last = options().length - 1;
    if (event.key === 'ArrowDown') mark(Math.min(last, current + 1));
    else if (event.key === 'ArrowUp') mark(Math.max(0, current - 1));
    else if (event.key === 'Enter' && options()[current]) take(options()[current]);
    else if (event.key === 'Escape') close();
    else return;
    event.preventDefault();
    event.stopPropagation();
  });
  // Before the field loses the focus.
  list.addEventListener('mousedown', (event) => {
    event.preventDefault();
    const option = event.target.closest('[role=option]');
    if (option) take(option);
  });
}

function choose(control, option) {
  control.querySelector('input').value = option?.text.text ?? '';
  if (option) control.dataset.chosen = JSON.stringify(option);
  else delete control.dataset.chosen;
}

function drawn(listId, { options, option_groups: groups }) {
  const all = groups ?? [{ options }];
  let count = 0;
  const rows = all.flatMap(({ label, options: some }) => {
    const head = label ? [Object.assign(document.createElement('b'), { textContent: label.text })] : [];
    return [
      ...head,
      ...some.map((option) => {
        const row = document.createElement('div');
        row.id = `${listId}-${count++}`;
        row.setAttribute('role', 'option');
        row.dataset.option = JSON.stringify(option);
        row.append(option.text.text);
        if (option.description)
          row.append(
            Object.assign(document.createElement('small'), { textContent: option.description.text }),
          );
        return row;
      }),
    ];
  });
  if (count > 0) return rows;
  return [Object.assign(document.createElement('p'), { textContent: 'No results' })];
}
