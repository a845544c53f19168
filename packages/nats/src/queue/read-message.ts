import { readStoredMessage } from '@catga/core/engine';
import type { ReadMessage } from '@catga/core/engine';
import type { ClientMessage } from '../connection/client-connection.js';
import type { DeliveryOrigin } from './nats-delivery.js';

/** Header of a message's delay after its storage, in milliseconds. */
export const DELAY_HEADER = 'Catga-Delay';
/** Maximum delay of a command: 366 days. */
const LONGEST_DELAY_MS = 366 * 24 * 60 * 60 * 1000;

/** Decodes a message. An unreadable one keeps its bytes, with its consumer and sequence number as its id. */
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
 * Delay of a message after its storage, in milliseconds; 0 for an invalid header: the server would reject it in a NAK and redeliver the
 * message immediately, forever.
 */
export function delayOf({ headers }: ClientMessage): number {
  return delayIn(headers?.get(DELAY_HEADER) ?? '');
}

/** Parses the value of the header. */
export function delayIn(text: string): number {
  const delayMs = Number(text);
  return delayMs > 0 && delayMs <= LONGEST_DELAY_MS ? delayMs : 0;
}
