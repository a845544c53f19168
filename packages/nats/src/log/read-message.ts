import { toError } from '@catga/core/engine';
import type { StoredMessage, StoredMessageCodec } from '@catga/core/engine';
import type { ClientMessage } from '../connection/client-connection.js';
import type { DeliveryOrigin } from './nats-delivery.js';

/** How long after it was stored a message is not to be delivered, in milliseconds; a header, since few have one. */
export const DELAY_HEADER = 'Catga-Delay';
/** What a command may be delayed by at most: 366 days. */
const LONGEST_DELAY_MS = 366 * 24 * 60 * 60 * 1000;
/** Text in a body of another kind: no serializer is called that. */
const NO_SERIALIZER = '';

/** A message of a stream, or why it cannot be read. */
export interface ReadMessage {
  readonly message: StoredMessage;
  readonly problem: Error | undefined;
}

/** Reads a message. One that cannot be read keeps its bytes, and its consumer and place in the stream are its id. */
export function readMessage(
  codec: StoredMessageCodec,
  { data, subject }: ClientMessage,
  kind: 'event' | 'command',
  { consumer, sequence }: Pick<DeliveryOrigin, 'consumer' | 'sequence'>,
  maxBytes: () => number,
): ReadMessage {
  try {
    return { message: codec.decode(data), problem: undefined };
  } catch (thrown) {
    const place = `${consumer}.${sequence}`;
    const message: StoredMessage = {
      messageId: place,
      name: subject,
      kind,
      body: data.subarray(0, maxBytes()),
      serializer: NO_SERIALIZER,
      headers: {},
      key: undefined,
      correlationId: place,
      causationId: undefined,
      originNodeId: '',
      sentAtMs: 0,
      history: [],
    };
    return { message, problem: toError(thrown) };
  }
}

/**
 * For how long the message was to wait after it was stored, in milliseconds. What no node asks for is no delay: the
 * server would not understand it, and deliver the message again at once, for ever.
 */
export function delayOf({ headers }: ClientMessage): number {
  const delayMs = Number(headers?.get(DELAY_HEADER) ?? '');
  return delayMs > 0 && delayMs <= LONGEST_DELAY_MS ? delayMs : 0;
}
