import { toError } from '../errors/catga-error.js';
import type { StoredMessage } from '../ports/stored-message.js';
import { StoredMessageCodec } from './stored-message-codec.js';

/** Message read from the log; if it is unreadable, with the reason and what is known of it. */
export interface ReadMessage {
  readonly message: StoredMessage;
  readonly problem: Error | undefined;
}

/** Origin of a message, known even if the message is unreadable. */
export type FoundMessage = Pick<StoredMessage, 'messageId' | 'name' | 'kind' | 'sentAtMs'>;

/** Serializer name of unreadable messages; no serializer has it. */
const NO_SERIALIZER = '';

const codec = new StoredMessageCodec();

/**
 * Decodes a message from the log. An unreadable message keeps its bytes and becomes a dead letter.
 * @param maxBytes maximum number of bytes kept of an unreadable message
 */
export function readStoredMessage(bytes: Uint8Array, found: FoundMessage, maxBytes = Infinity): ReadMessage {
  try {
    return { message: codec.decode(bytes), problem: undefined };
  } catch (thrown) {
    return { message: unreadableMessage(bytes, found, maxBytes), problem: toError(thrown) };
  }
}

/** Placeholder for a message that cannot be decoded; its body holds its first bytes. */
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
