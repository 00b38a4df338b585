/** What people ask about a capture in its thread. Each is answered from what is kept, but `all-instances`: that captures. */
export type Question =
  | { readonly kind: 'why' }
  /** The stack of one signature, by its rank in the report. */
  | { readonly kind: 'stack'; readonly rank: number }
  /** All stacks, as a file. */
  | { readonly kind: 'stacks' }
  | { readonly kind: 'owner'; readonly rank: number }
  /** Compared with the capture of the service nearest to a day before. */
  | { readonly kind: 'yesterday' }
  /** The instances that this capture did not look at. */
  | { readonly kind: 'all-instances' }
  /** The files as they were captured, and the command that opens them. */
  | { readonly kind: 'raw' }
  /** Who holds the memory, or how somebody finds out. */
  | { readonly kind: 'retention' }
  /** How a rule stands that somebody made under this capture: nobody asks, and all are told. */
  | { readonly kind: 'rule'; readonly rule: string };

/** Those that a worker answers. */
export type Answerable = Extract<
  Question,
  { kind: 'why' | 'stack' | 'stacks' | 'owner' | 'yesterday' | 'raw' | 'retention' | 'rule' }
>;

/** Those that are answered from the report. */
export type Explained = Exclude<Answerable, { kind: 'rule' }>;

/** A question somebody asked about a capture. Jobs carry only its id. */
export interface Asked {
  /** Hash of what makes the delivery unique: a redelivery is the same question. */
  readonly id: string;
  /** The capture it is about. */
  readonly request: string;
  readonly question: Answerable;
  readonly origin: ThreadPlace & { readonly door: 'mention' | 'button' | 'dm'; readonly user: string };
  readonly atMs: number;
}

/** A thread of a channel. */
export interface ThreadPlace {
  readonly channel: string;
  readonly threadTs: string;
}
