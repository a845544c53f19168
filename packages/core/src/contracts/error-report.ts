import type { Envelope } from './envelope.js';

/** A failure that no caller sees. */
export interface FailureReport {
  readonly error: Error;
  /** The handler, subscription or part of the engine that failed. */
  readonly source: string;
  /** The message it failed on, if there was one and it could be decoded. */
  readonly envelope: Envelope | undefined;
  /** 1 for the first attempt; 0 where nothing was attempted. */
  readonly attempt: number;
  /** What becomes of the message. */
  readonly disposition: 'dropped' | 'retried' | 'dead-lettered' | 'none';
}
