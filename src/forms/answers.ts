// What was entered in a view, as Slack hands it over: `state.values`, block_id -> action_id -> answer. Bounded here;
// whether it means anything is asked where it is used.
import { ANSWER } from '../report/form.ts';

export type Answers = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

export function textIn(answers: Answers, block: string, most: number): string {
  const { value } = answerAt(answers, block);
  return typeof value === 'string' ? value.trim().slice(0, most) : '';
}

/** The value of the option that was chosen, whatever kind of choice it was. */
export function choiceIn(answers: Answers, block: string): string | undefined {
  return valueIn(answerAt(answers, block).selected_option);
}

export function checkedIn(answers: Answers, block: string): readonly string[] {
  const { selected_options: chosen } = answerAt(answers, block);
  return Array.isArray(chosen) ? chosen.flatMap((each) => valueIn(each) ?? []) : [];
}

/** A Slack id. */
export function channelIn(answers: Answers, block: string): string | undefined {
  const { selected_conversation: id } = answerAt(answers, block);
  return typeof id === 'string' && /^[CGD][A-Z0-9]{2,20}$/.test(id) ? id : undefined;
}

/** `09:00` */
export function timeIn(answers: Answers, block: string): string | undefined {
  const { selected_time: time } = answerAt(answers, block);
  return typeof time === 'string' && /^([01]\d|2[0-3]):[0-5]\d$/.test(time) ? time : undefined;
}

/** `2026-11-27` */
export function dateIn(answers: Answers, block: string): string | undefined {
  const { selected_date: date } = answerAt(answers, block);
  return typeof date === 'string' && /^\d{4}-\d{2}-\d{2}$/.test(date) ? date : undefined;
}

/** The only answer of a field, whatever its element is called. */
function answerAt(answers: Answers, block: string): Readonly<Record<string, unknown>> {
  const field = answers[block];
  const answer = field?.[ANSWER] ?? Object.values(field ?? {})[0];
  return typeof answer === 'object' && answer !== null ? (answer as Readonly<Record<string, unknown>>) : {};
}

function valueIn(option: unknown): string | undefined {
  const value = typeof option === 'object' && option !== null && 'value' in option ? option.value : undefined;
  return typeof value === 'string' ? value : undefined;
}
