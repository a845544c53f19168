import { readStoredMessage } from '@catga/core/engine';
import type { ReadMessage } from '@catga/core/engine';
import type { ClientMessage } from '../connection/client-connection.js';
import type { DeliveryOrigin } from './nats-delivery.js';

/** How long after it was stored a message is not to be delivered, in milliseconds; a header, since few have one. */
export const DELAY_HEADER = 'Catga-Delay';
/** What a command may be delayed by at most: 366 days. */
const LONGEST_DELAY_MS = 366 * 24 * 60 * 60 * 1000;

/** Reads a message. One that cannot be read keeps its bytes, and its consumer and place in the stream are its id. */
export function readMessage(
  { data, subject }: Pick<ClientMessage, 'data' | 'subject'>,
  { consumer, sequence }: Pick<DeliveryOrigin, 'consumer' | 'sequence'>,
  maxBytes: () => number,
): ReadMessage {
  const found = {
    messageId: `${consumer}.${sequence}`,
    name: subject,
    kind: 'command' as const,
    sentAtMs: 0,
  };
  return readStoredMessage(data, found, maxBytes());
}

/**
 * For how long the message was to wait after it was stored, in milliseconds. What no node asks for is no delay: the
 * server would not understand it, and deliver the message again at once, for ever.
 */
export function delayOf({ headers }: ClientMessage): number {
  return delayIn(headers?.get(DELAY_HEADER) ?? '');
}

/** The same of what the header says. */
export function delayIn(text: string): number {
  const delayMs = Number(text);
  return delayMs > 0 && delayMs <= LONGEST_DELAY_MS ? delayMs : 0;
}
