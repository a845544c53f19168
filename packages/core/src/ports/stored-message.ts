import type { DeadLetterFailure } from '../contracts/dead-letter.js';
import type { MessageHeaders } from '../contracts/headers.js';

/** What a reliable event or a queued command is known by: two messages of different names may share an id. */
export type MessageIdentity = Pick<StoredMessage, 'name' | 'messageId'>;

/** A message at rest: what a durable log keeps. */
export interface StoredMessage {
  readonly messageId: string;
  /** Wire name. */
  readonly name: string;
  readonly kind: 'event' | 'command';
  /** The message, encoded by {@link serializer}. */
  readonly body: Uint8Array;
  /** The name of the serializer of {@link body}. */
  readonly serializer: string;
  readonly headers: MessageHeaders;
  readonly key: string | undefined;
  readonly correlationId: string;
  readonly causationId: string | undefined;
  readonly originNodeId: string;
  /** Wall time of the sender, milliseconds since 1970. */
  readonly sentAtMs: number;
  /** Series of attempts that ended as dead letters before this delivery; empty unless it was redriven. */
  readonly history: readonly DeadLetterFailure[];
}
