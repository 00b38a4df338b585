import { z } from 'zod';
import type { Json } from './json.ts';

/** Trouble on purpose: the next calls of a method, or the next deliveries, go wrong in the way named. */

const times = z.number().int().min(1).default(1);
/** `chat.postMessage`, `*` for any Web API method, `upload` for the upload URL, `response_url`. */
const method = z.string().default('*');
/** Only calls whose arguments have these values, e.g. `{ channel: 'C0PAYMENTS' }`. */
const where = z.record(z.string(), z.string()).default({});
/** The call takes effect and only its answer is lost. */
const accepted = z.boolean().default(false);

export const faultShape = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('rate-limited'),
    method,
    where,
    times,
    retryAfterSeconds: z.number().int().min(0).default(1),
  }),
  z.strictObject({ kind: z.literal('unavailable'), method, where, times, accepted }),
  z.strictObject({ kind: z.literal('reset'), method, where, times, accepted }),
  z.strictObject({ kind: z.literal('hang'), method, where, times, accepted }),
  z.strictObject({
    kind: z.literal('latency'),
    method,
    where,
    times,
    ms: z.number().int().min(0).max(60_000),
  }),
  z.strictObject({ kind: z.literal('error'), method, where, times, error: z.string().min(1) }),
  z.strictObject({
    kind: z.literal('duplicate-delivery'),
    times,
    copies: z.number().int().min(1).max(10).default(1),
  }),
  /** The next private files that are asked for: sent elsewhere, cut off, longer than said, or never ending. */
  z.strictObject({
    kind: z.literal('download'),
    times,
    how: z.enum(['cut', 'longer', 'stalls', 'unavailable']),
  }),
  z.strictObject({ kind: z.literal('download-redirect'), times, to: z.url() }),
  z.strictObject({ kind: z.literal('bad-signature'), times }),
  z.strictObject({ kind: z.literal('stale-signature'), times }),
]);

export type Fault = z.input<typeof faultShape>;
type KnownFault = z.output<typeof faultShape>;
export type CallFault = Extract<KnownFault, { method: string }>;
export type DownloadFault = Extract<KnownFault, { kind: 'download' | 'download-redirect' }>;
type DeliveryFault = Exclude<KnownFault, CallFault | DownloadFault>;

export class Faults {
  #planned: { readonly fault: KnownFault; left: number }[] = [];

  add(fault: Fault): void {
    const known = faultShape.parse(fault);
    this.#planned.push({ fault: known, left: known.times });
  }

  clear(): void {
    this.#planned = [];
  }

  get pending(): number {
    return this.#planned.length;
  }

  forCall(name: string, args: Json): CallFault | undefined {
    const fits = (fault: KnownFault): fault is CallFault =>
      'method' in fault &&
      (fault.method === name || (fault.method === '*' && name.includes('.'))) &&
      Object.entries(fault.where).every(([key, value]) => String(args[key]) === value);
    return this.#take(fits);
  }

  forDelivery<Kind extends DeliveryFault['kind']>(
    kind: Kind,
  ): Extract<DeliveryFault, { kind: Kind }> | undefined {
    return this.#take((fault): fault is Extract<DeliveryFault, { kind: Kind }> => fault.kind === kind);
  }

  forDownload(): DownloadFault | undefined {
    return this.#take(
      (fault): fault is DownloadFault => fault.kind === 'download' || fault.kind === 'download-redirect',
    );
  }

  #take<F extends KnownFault>(fits: (fault: KnownFault) => fault is F): F | undefined {
    for (const plan of this.#planned) {
      if (!fits(plan.fault)) continue;
      plan.left -= 1;
      if (plan.left === 0) this.#planned = this.#planned.filter((each) => each !== plan);
      return plan.fault;
    }
    return undefined;
  }
}
