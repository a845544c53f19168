import type { Envelope } from '../../contracts/envelope.js';
import type { CatgaError } from '../../errors/catga-error.js';
import { MessageEnvelope } from '../message-envelope.js';

/**
 * A limit refuses a message before its handler ran. The envelope says so, because that is more than an error: another
 * node may be asked, and what came from the log goes back to it untouched.
 */
export function refuse(envelope: Envelope, error: CatgaError): Promise<never> {
  if (envelope instanceof MessageEnvelope) envelope.refusal = error;
  return Promise.reject(error);
}

/** A limit lets a message through that it may have refused before. */
export function admit(envelope: Envelope): void {
  if (envelope instanceof MessageEnvelope && envelope.refusal !== undefined) envelope.refusal = undefined;
}
