import type { LogMessage } from '../ports/stored-message.js';

/** One subscription's copy of a message, kept until it is acknowledged. */
export interface LogEntry {
  readonly message: LogMessage;
  /** Position in the log. */
  readonly sequence: number;
  /** Attempt number of the current or next delivery, from 1. */
  attempt: number;
  /** Monotonic milliseconds before which it is not delivered; 0 for at once. */
  notBeforeMs: number;
  /** Next message of the same key, which waits for this one. */
  nextOfKey: LogEntry | undefined;
  /** `behind`: waits for an earlier one of its key; `taken`: a consumer has it; `gone`: acknowledged or removed. */
  place: 'behind' | 'waiting' | 'taken' | 'gone';
}

/** Entry for a message's first delivery to the subscription. */
export function newLogEntry(message: LogMessage, sequence: number, notBeforeMs: number): LogEntry {
  return { message, sequence, attempt: 1, notBeforeMs, nextOfKey: undefined, place: 'behind' };
}
