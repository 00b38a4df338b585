// A seal on what is kept in Redis: whoever can write there, but has not our key, cannot make us ask a service for
// anything. It says nothing of who may read.
import { createHmac, hkdfSync, timingSafeEqual } from 'node:crypto';
import { z } from 'zod';
import { parsedJson } from './json.ts';

export interface Seal {
  readonly of: (text: string) => string;
  /** True for a seal by any of the keys. */
  readonly fits: (text: string, seal: string) => boolean;
}

const KEY_BYTES = 32;

/**
 * @param keys the first one seals; the others are earlier ones, whose seals are still good
 * @param purpose keeps seals on one kind of record from being good on another
 */
export function sealWith(keys: readonly [string, ...string[]], purpose: string): Seal {
  const [current, ...earlier] = keys;
  const derive = (key: string): Buffer => Buffer.from(hkdfSync('sha256', key, 'goleak', purpose, KEY_BYTES));
  const own = derive(current);
  const all = [own, ...earlier.map(derive)];
  const mac = (key: Buffer, text: string): Buffer => createHmac('sha256', key).update(text).digest();
  return {
    of: (text) => mac(own, text).toString('base64url'),
    fits: (text, seal) => {
      const given = Buffer.from(seal, 'base64url');
      return all.some((key) => {
        const right = mac(key, text);
        return given.byteLength === right.byteLength && timingSafeEqual(given, right);
      });
    },
  };
}

/** A value as it is kept: with its seal in one text, so that nobody can put the seal of one on another. */
export function sealedText(value: unknown, seal: Seal | undefined): string {
  const text = JSON.stringify(value);
  return JSON.stringify({ text, seal: seal?.of(text) ?? '' });
}

const wrappedSchema = z.object({ text: z.string(), seal: z.string() });

/** What was sealed; undefined for anything else. */
export function unsealed(kept: string | null, seal: Seal | undefined): unknown {
  const wrapped = wrappedSchema.safeParse(parsedJson(kept ?? '')).data;
  if (!wrapped || (seal && !seal.fits(wrapped.text, wrapped.seal))) return undefined;
  return parsedJson(wrapped.text);
}

/** The seal on requests, which app and workers make alike; undefined without a key. */
export function requestSeal(keys: readonly string[]): Seal | undefined {
  return sealFor(keys, 'request record 1');
}

/** The seal on reports that the disk did not take. */
export function reportSeal(keys: readonly string[]): Seal | undefined {
  return sealFor(keys, 'report record 1');
}

/** The seal on what is known of incidents. */
export function incidentSeal(keys: readonly string[]): Seal | undefined {
  return sealFor(keys, 'incident record 1');
}

/** The seal on digests that people set up or asked for. */
export function digestSeal(keys: readonly string[]): Seal | undefined {
  return sealFor(keys, 'digest record 1');
}

/** The seal on what was asked about captures in their threads. */
export function questionSeal(keys: readonly string[]): Seal | undefined {
  return sealFor(keys, 'question record 1');
}

/** The seal on what people have said of signatures. */
export function ruleSeal(keys: readonly string[]): Seal | undefined {
  return sealFor(keys, 'rule record 1');
}

/** The seal on services that were proposed and accepted. */
export function proposalSeal(keys: readonly string[]): Seal | undefined {
  return sealFor(keys, 'proposal record 1');
}

/** The seal on what probes pushed. */
export function pushSeal(keys: readonly string[]): Seal | undefined {
  return sealFor(keys, 'push record 1');
}

function sealFor([current, ...earlier]: readonly string[], purpose: string): Seal | undefined {
  return current === undefined ? undefined : sealWith([current, ...earlier], purpose);
}
