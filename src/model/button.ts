export const CAPTURE_AGAIN_ACTION = 'capture_again';
export const FULL_STACKS_ACTION = 'full_stacks';
export const AGREE_ACTION = 'agree_to_price';

export const BUTTON_ACTIONS = [CAPTURE_AGAIN_ACTION, FULL_STACKS_ACTION, AGREE_ACTION] as const;
export type ButtonAction = (typeof BUTTON_ACTIONS)[number];

/** What a button means. Slack is only ever given an id of it, so that nobody can make one up or change one. */
export interface Button {
  readonly action: ButtonAction;
  /** The capture it is shown under. */
  readonly request: string;
  readonly channel: string;
  /** Who asked for that capture. */
  readonly owner: string;
  readonly expiresAtMs: number;
}

/** The ids of the buttons under one capture. */
export type ButtonValues = Readonly<Record<ButtonAction, string>>;

export const BUTTON_DAYS = 14;
