import { toError } from '../errors/catga-error.js';
import type { StoredMessage } from '../ports/stored-message.js';
import { StoredMessageCodec } from '../wire/stored-message-codec.js';

/** A message of the log; or what is known of one that cannot be read, with the reason. */
export interface ReadMessage {
  readonly message: StoredMessage;
  readonly problem: Error | undefined;
}

/** Where a message was found, which is all that is known of one that cannot be read. */
export type FoundMessage = Pick<StoredMessage, 'messageId' | 'name' | 'kind' | 'sentAtMs'>;

/** Text in a body of another kind: no serializer is called that. */
const NO_SERIALIZER = '';

const codec = new StoredMessageCodec();

/**
 * Reads a message of the log. One that cannot be read keeps its bytes, and the kernel sets it aside.
 * @param maxBytes how much of the bytes of one that cannot be read is kept
 */
export function readStoredMessage(bytes: Uint8Array, found: FoundMessage, maxBytes = Infinity): ReadMessage {
  try {
    return { message: codec.decode(bytes), problem: undefined };
  } catch (thrown) {
    const message: StoredMessage = {
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
    return { message, problem: toError(thrown) };
  }
}
