import type { Clue } from '../../model/verdict.ts';
import type { Examination } from '../examine.ts';

/** Reads one kind of measurement and says what it sees, one line per clue; silence when it sees nothing. */
export type ClueReader = (exam: Examination) => readonly Clue[];
