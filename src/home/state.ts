// The state of a home tab as Slack keeps it. Whatever comes back is bounded and taken as a wish.
import { FIRST_PAGE, type HomeState } from './facts.ts';

const MAX_QUERY = 80;
const MAX_PAGE = 10_000;

/** @param metadata what Slack handed back: ours, another release's, or nothing */
export function stateIn(metadata: string | undefined): HomeState {
  try {
    const kept: unknown = JSON.parse(metadata ?? '');
    if (typeof kept !== 'object' || kept === null) return FIRST_PAGE;
    const { query, page } = kept as Partial<Record<keyof HomeState, unknown>>;
    return { query: queryIn(query), page: pageIn(page) };
  } catch {
    return FIRST_PAGE;
  }
}

/** What somebody typed into the search. */
export function queryIn(typed: unknown): string {
  return typeof typed === 'string' ? typed.trim().toLowerCase().slice(0, MAX_QUERY) : '';
}

export function pageIn(given: unknown): number {
  const page = Number(given);
  return Number.isInteger(page) && page >= 0 && page <= MAX_PAGE ? page : 0;
}

/** A service is found by its name or its owner's, every word of the search in one of them. */
export function isFound(
  { query }: HomeState,
  about: { readonly name: string; readonly owner?: string },
): boolean {
  const said = `${about.name} ${about.owner ?? ''}`.toLowerCase();
  return query.split(/\s+/).every((word) => said.includes(word));
}
