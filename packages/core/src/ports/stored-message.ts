import type { DeadLetterFailure } from '../contracts/dead-letter.js';
import type { MessageHeaders } from '../contracts/headers.js';

/** Identity of a reliable event or queued command: messages of different names may share an id. */
export type MessageIdentity = Pick<StoredMessage, 'name' | 'messageId'>;

/** A stored message, as in a durable log. */
export interface StoredMessage {
  readonly messageId: string;
  /** Wire name. */
  readonly name: string;
  readonly kind: 'event' | 'command';
  /** The encoded message. */
  readonly body: Uint8Array;
  /** The name of the serializer of {@link body}. */
  readonly serializer: string;
  readonly headers: MessageHeaders;
  readonly key: string | undefined;
  readonly correlationId: string;
  readonly causationId: string | undefined;
  readonly originNodeId: string;
  /** Wall time of the sender, in milliseconds since 1970. */
  readonly sentAtMs: number;
  /** Failures of earlier dead letters of this message; empty unless it was redriven. */
  readonly history: readonly DeadLetterFailure[];
}
