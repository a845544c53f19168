import { toError } from '../errors/catga-error.js';
import type { StoredMessage } from '../ports/stored-message.js';
import { StoredMessageCodec } from './stored-message-codec.js';

/** A message of the log; for an unreadable one, what is known of it and the reason. */
export interface ReadMessage {
  readonly message: StoredMessage;
  readonly problem: Error | undefined;
}

/** Origin of a message, which is known even if it is unreadable. */
export type FoundMessage = Pick<StoredMessage, 'messageId' | 'name' | 'kind' | 'sentAtMs'>;

/** Serializer name of unreadable messages; no serializer has it. */
const NO_SERIALIZER = '';

const codec = new StoredMessageCodec();

/**
 * Decodes a message of the log. An unreadable one keeps its bytes, and the kernel dead-letters it.
 * @param maxBytes maximum number of bytes kept of an unreadable message
 */
export function readStoredMessage(bytes: Uint8Array, found: FoundMessage, maxBytes = Infinity): ReadMessage {
  try {
    return { message: codec.decode(bytes), problem: undefined };
  } catch (thrown) {
    return { message: unreadableMessage(bytes, found, maxBytes), problem: toError(thrown) };
  }
}

/** What is known of a message that cannot be decoded; its body has the first of its bytes. */
export function unreadableMessage(bytes: Uint8Array, found: FoundMessage, maxBytes: number): StoredMessage {
  return {
    ...found,
    body: new Uint8Array(bytes.subarray(0, maxBytes)),
    serializer: NO_SERIALIZER,
    headers: {},
    key: undefined,
    correlationId: found.messageId,
    causationId: undefined,
    originNodeId: '',
    history: [],
  };
}
