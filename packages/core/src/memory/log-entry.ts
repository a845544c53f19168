import type { LogMessage } from '../ports/stored-message.js';

/** One message as one subscription keeps it, until it is acknowledged there. */
export interface LogEntry {
  readonly message: LogMessage;
  /** Its place in the log. */
  readonly sequence: number;
  /** The number of its current or next delivery; 1 is the first. */
  attempt: number;
  /** Monotonic milliseconds before which it is not delivered; 0 for at once. */
  notBeforeMs: number;
  /** The next message of its key, which waits for this one. */
  nextOfKey: LogEntry | undefined;
}

/** A message that this subscription has not seen yet. */
export function newLogEntry(message: LogMessage, sequence: number, notBeforeMs: number): LogEntry {
  return { message, sequence, attempt: 1, notBeforeMs, nextOfKey: undefined };
}
