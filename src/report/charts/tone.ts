/** What a colour means. `grew` and `shrank` come in three strengths, told apart by colour-blind readers too. */
export type Tone =
  | 'ink'
  | 'soft-ink'
  | 'ground'
  | 'line'
  | 'same'
  | 'leads'
  | 'before'
  | 'now'
  | `grew-${1 | 2 | 3}`
  | `shrank-${1 | 2 | 3}`;
