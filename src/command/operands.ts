// The words that most verbs take, and the one way to say that they are wrong.
import { Failure } from '../failure.ts';
import type { Words } from './words.ts';

export function serviceIn(words: Words, usage: string): string {
  return one(words, 'the name of a service', usage).toLowerCase();
}

export function serviceAmong({ plain }: Words, usage: string): { service?: string } {
  const [service, ...rest] = plain;
  if (rest.length > 0) throw wrong('One service at a time, or none for all', usage);
  return service === undefined ? {} : { service: service.toLowerCase() };
}

export function one(words: Words, what: string, usage: string): string {
  const [first, ...rest] = words.plain;
  if (first === undefined || rest.length > 0) throw wrong(`This needs ${what}`, usage);
  return first;
}

export function wrong(what: string, usage: string): Failure {
  return new Failure('usage_wrong', { what, usage });
}
