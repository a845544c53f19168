import type { ClientMessage } from '../connection/client-connection.js';
import type { Answer } from '../jetstream/jetstream-api.js';

/** What JetStream answers to a message: that it is stored, or why it is not (NATS ADR-1). */
export type PublishAck = Answer<{ readonly duplicate?: boolean }>;

const STORED: PublishAck = Object.freeze({});
const BEGINNING = '{"stream":"';
const BEGINNING_BYTES = new TextEncoder().encode(BEGINNING);
const DIGIT_0 = 0x30;
const DIGIT_9 = 0x39;
const CLOSING_BRACE = 0x7d;

/**
 * Reads an acknowledgement. The server writes an error before the stream, and last whether it is a duplicate; so what
 * begins with the stream and ends with a number, as nearly all do, need not be parsed. Throws for what is not JSON.
 */
export function readPublishAck(message: ClientMessage): PublishAck {
  return isPlainlyStored(message.data) ? STORED : message.json();
}

function isPlainlyStored(data: Uint8Array): boolean {
  const { length } = data;
  const last = data[length - 2] ?? 0;
  if (data[length - 1] !== CLOSING_BRACE || last < DIGIT_0 || last > DIGIT_9) return false;
  for (let index = 0; index < BEGINNING_BYTES.length; index++) {
    if (data[index] !== BEGINNING_BYTES[index]) return false;
  }
  return true;
}
