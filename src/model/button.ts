export const CAPTURE_AGAIN_ACTION = 'capture_again';
export const WHY_ACTION = 'why';
export const FULL_STACKS_ACTION = 'full_stacks';
export const AGREE_ACTION = 'agree_to_price';
export const SNOOZE_ACTION = 'snooze';
export const NOT_A_LEAK_ACTION = 'not_a_leak';
export const SET_BASELINE_ACTION = 'set_baseline';
export const YESTERDAY_ACTION = 'vs_yesterday';
export const RAW_ACTION = 'raw_files';
export const CANCEL_ACTION = 'cancel_capture';
export const REMOVE_RULE_ACTION = 'remove_rule';

/** Under a verdict. */
export const VERDICT_ACTIONS = [
  CAPTURE_AGAIN_ACTION,
  WHY_ACTION,
  FULL_STACKS_ACTION,
  AGREE_ACTION,
  SNOOZE_ACTION,
  NOT_A_LEAK_ACTION,
  SET_BASELINE_ACTION,
  YESTERDAY_ACTION,
] as const;
/** Under a verdict that asks nothing of anybody. */
export const CALM_ACTIONS = [
  CAPTURE_AGAIN_ACTION,
  WHY_ACTION,
  YESTERDAY_ACTION,
  SET_BASELINE_ACTION,
  RAW_ACTION,
] as const;
/** Under a verdict on uploaded files: there is no service to capture again, to compare or to say anything of. */
export const UPLOAD_ACTIONS = [WHY_ACTION, FULL_STACKS_ACTION] as const;
/** Under the message of an incident, about its last look. */
export const INCIDENT_ACTIONS = [
  CAPTURE_AGAIN_ACTION,
  WHY_ACTION,
  FULL_STACKS_ACTION,
  SNOOZE_ACTION,
  NOT_A_LEAK_ACTION,
  YESTERDAY_ACTION,
] as const;
export const BUTTON_ACTIONS = [...VERDICT_ACTIONS, RAW_ACTION, CANCEL_ACTION, REMOVE_RULE_ACTION] as const;
export type ButtonAction = (typeof BUTTON_ACTIONS)[number];

/** The menu of the rarer ones: each of its entries is a button of its own, but the link, which does nothing here. */
export const MORE_ACTION = 'more';
export const LINK_VALUE = 'link';

/** What a button means. Slack is only ever given an id of it, so that nobody can make one up or change one. */
export interface Button {
  readonly action: ButtonAction;
  /** The capture it is shown under. */
  readonly request: string;
  readonly channel: string;
  /** Who asked for that capture, or made that rule. */
  readonly owner: string;
  readonly expiresAtMs: number;
  /** Under the message of an incident: what the outbox keeps that message under. */
  readonly thread?: string;
  /** Under the announcement of a rule: the rule, and the question whose answer announces it. */
  readonly rule?: string;
  readonly question?: string;
}

/** The ids of the buttons under one capture; those that are absent are not shown. */
export type ButtonValues = Readonly<Partial<Record<ButtonAction, string>>>;

export const BUTTON_DAYS = 14;
