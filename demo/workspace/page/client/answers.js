// What was entered into a modal.

/** `state.values` of a view: block_id -> action_id -> what was entered, in the shape of its element. */
export function answersIn(form) {
  const values = {};
  for (const input of form.querySelectorAll('[data-action-id]')) {
    const { block, actionId, type } = input.dataset;
    values[block] ??= {};
    values[block][actionId] = { type, ...answerOf(input, type) };
  }
  return values;
}

function answerOf(input, type) {
  if (input instanceof HTMLSelectElement) {
    const chosen = [...input.selectedOptions]
      .filter((each) => each.dataset.option)
      .map((each) => JSON.parse(each.dataset.option));
    return input.multiple ? { selected_options: chosen } : { selected_option: chosen[0] ?? null };
  }
  if (type === 'datepicker') return { selected_date: input.value || null };
  if (type === 'timepicker') return { selected_time: input.value || null };
  return { value: input.value || null };
}
