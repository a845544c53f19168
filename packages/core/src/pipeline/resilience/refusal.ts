import type { Envelope } from '../../contracts/envelope.js';
import type { CatgaError } from '../../errors/catga-error.js';
import { MessageEnvelope } from '../message-envelope.js';

/**
 * Refuses a message before its handler ran, and marks the envelope: a request may fail over to another
 * node, and a delivery returns to the log without counting an attempt.
 */
export function refuse(envelope: Envelope, error: CatgaError): Promise<never> {
  if (envelope instanceof MessageEnvelope) envelope.refusal = error;
  return Promise.reject(error);
}

/** Accepts a message that the limit may have refused before. */
export function admit(envelope: Envelope): void {
  if (envelope instanceof MessageEnvelope && envelope.refusal !== undefined) envelope.refusal = undefined;
}
