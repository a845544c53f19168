import type { Envelope } from './envelope.js';

/** Report of a failure that reaches no caller. */
export interface FailureReport {
  readonly error: Error;
  /** The handler, subscription or part of the engine that failed. */
  readonly source: string;
  /** Envelope of the message, if there is one and it could be decoded. */
  readonly envelope: Envelope | undefined;
  /** Number of the attempt, from 1; 0 if the handler was not called. */
  readonly attempt: number;
  /** Fate of the message. */
  readonly disposition: 'dropped' | 'retried' | 'dead-lettered' | 'none';
}
