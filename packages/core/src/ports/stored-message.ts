import type { DeadLetterFailure } from '../contracts/dead-letter.js';
import type { MessageHeaders } from '../contracts/headers.js';

/** Identity of a reliable event or queued command: messages of different names may share an id. */
export type MessageIdentity = Pick<StoredMessage, 'name' | 'messageId'>;

/** A message as a durable log takes and delivers it. */
export interface LogMessage {
  readonly messageId: string;
  /** Wire name. */
  readonly name: string;
  readonly kind: 'event' | 'command';
  /** The encoded message: bytes, or text that the bytes are the UTF-8 of and that has not left this process. */
  readonly body: string | Uint8Array;
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

/** A message with its body as bytes, as it is stored outside of the process. */
export interface StoredMessage extends LogMessage {
  readonly body: Uint8Array;
}
