// What may be asked, at whichever door: the one thing the parts of the program hand each other instead of words.
import type { CaptureKind } from '../model/target.ts';
import type { DigestCommand } from './digest.ts';
import type { CheckCommand } from './read-check.ts';

export type Command =
  | {
      readonly kind: 'capture';
      /** A registered service's name; in a terminal also an http(s) address. */
      readonly target: string;
      readonly instances: readonly string[] | 'all' | 'one';
      readonly windowMs: number;
      readonly kinds: readonly CaptureKind[];
      /** Heavy questions beyond what is safe; an admin's to ask for. */
      readonly force?: boolean;
      /** Terminal only: folder to keep the raw artefacts in, one subfolder a snapshot. */
      readonly save?: string;
      /** Terminal only: file for the report as a page. */
      readonly html?: string;
    }
  | {
      readonly kind: 'analyze';
      readonly paths: readonly string[];
      readonly intervalMs: number;
      /** File for the report as a page. */
      readonly html?: string;
      readonly batch?: string;
      readonly out?: string;
    }
  | { readonly kind: 'show'; readonly path: string }
  | { readonly kind: 'diff'; readonly before: string; readonly after: string }
  | { readonly kind: 'backtest'; readonly path: string }
  /** From the Prometheus that services.yml names for the service; without one, for the only service that has any. */
  | { readonly kind: 'backtest'; readonly windowMs: number; readonly service?: string }
  | { readonly kind: 'watch' | 'unwatch'; readonly service: string }
  /** A file to draw it into, in a terminal. */
  | { readonly kind: 'history'; readonly service: string; readonly out?: string }
  /** Without an action: shows it. */
  | { readonly kind: 'baseline'; readonly service: string; readonly action?: 'set' | 'clear' }
  | DigestCommand
  /** Proposes a service; an admin decides. */
  | { readonly kind: 'register'; readonly name: string; readonly url: string }
  | { readonly kind: 'services' }
  | { readonly kind: 'status' }
  /** Without a service: all of them. */
  | { readonly kind: 'stop'; readonly service?: string }
  | { readonly kind: 'resume'; readonly service?: string }
  | { readonly kind: 'cancel'; readonly id: string }
  | { readonly kind: 'doctor' }
  /** Lists what people have said of signatures, or takes one of it back. */
  | { readonly kind: 'rules'; readonly service?: string; readonly remove?: string }
  /** Lists decisions; with `verify`, looks whether they are as they were written. */
  | {
      readonly kind: 'audit';
      readonly verify: boolean;
      readonly folder?: string;
      /** How long ago the first one may be. */
      readonly sinceMs?: number;
      readonly service?: string;
    }
  | { readonly kind: 'selftest'; readonly replay: boolean; readonly save?: string }
  | CheckCommand
  | { readonly kind: 'help'; readonly verb?: string };

/** Through which kind of door words may come. */
export type Door = 'chat' | 'terminal';
