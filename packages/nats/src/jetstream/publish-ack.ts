import type { ClientMessage } from '../connection/client-connection.js';
import type { Answer } from './jetstream-api.js';

/** Publish acknowledgement of JetStream: the sequence number, or an error (NATS ADR-1). */
export type PublishAck = Answer<{ readonly seq?: number; readonly duplicate?: boolean }>;

const BEGINNING_BYTES = new TextEncoder().encode('{"stream":"');
const DIGIT_0 = 0x30;
const DIGIT_9 = 0x39;
const CLOSING_BRACE = 0x7d;

/**
 * Reads an acknowledgement. The server writes an error before the stream, and the duplicate flag last; so one that begins with the stream
 * and ends with a number, as nearly all do, is not parsed. Throws for invalid JSON.
 */
export function readPublishAck(message: ClientMessage): PublishAck {
  const seq = plainSequence(message.data);
  return seq === undefined ? message.json() : { seq };
}

/** The number at its end. */
function plainSequence(data: Uint8Array): number | undefined {
  if (data[data.length - 1] !== CLOSING_BRACE) return undefined;
  for (let index = 0; index < BEGINNING_BYTES.length; index++) {
    if (data[index] !== BEGINNING_BYTES[index]) return undefined;
  }
  let seq = 0;
  let scale = 1;
  let at = data.length - 2;
  for (; ; at--, scale *= 10) {
    const digit = data[at] ?? 0;
    if (digit < DIGIT_0 || digit > DIGIT_9) break;
    seq += (digit - DIGIT_0) * scale;
  }
  return scale === 1 ? undefined : seq;
}
