import type { Kind } from '../promises/kinds.js';

/** What a caller wrote down of one message: before it sent it, and what came of it. */
export interface CallRecord {
  readonly id: string;
  readonly kind: Kind;
  /** Messages of one key are ordered where the kind promises it. */
  readonly key: string;
  /** Its place among those of its kind and key, in the order they were sent. */
  readonly place: number;
  /** Missing if the caller never heard. */
  readonly end?: { readonly ok: true } | { readonly ok: false; readonly code: string };
  /** The caller was killed, so that nobody heard. */
  readonly isExcused?: boolean;
}

/** What the ledger wrote down when a handler took effect. */
export interface EffectRecord {
  readonly id: string;
  readonly service: string;
  readonly nodeId: string;
}

/** A handler that was told to stop. */
export type AbortRecord = EffectRecord;

/** A message that a handler gave up on. */
export interface DeadLetterRecord {
  readonly id: string;
  readonly service: string;
}

/** Everything that was written down. Effects are in the order in which the ledger took them. */
export interface Evidence {
  readonly calls: readonly CallRecord[];
  readonly effects: readonly EffectRecord[];
  readonly deadLetters: readonly DeadLetterRecord[];
  /**
   * Of those handlers that say so.
   * @defaultValue none
   */
  readonly aborts?: readonly AbortRecord[];
}
