/**
 * Error record: an error as bounded, well-formed data for dead letters and other nodes, without its stack.
 *
 * @publicApi
 */
export interface ErrorRecord {
  /** At most 256 characters. */
  readonly name: string;
  /** At most 4,096 characters; a truncated text ends with `…`. */
  readonly message: string;
  /** Text of at most 256 characters, or a number. Absent if the error has none. */
  readonly code?: string | number;
  /** Cause of the error. */
  readonly cause?: ErrorRecord;
  /** Errors of an `AggregateError` or a similar error. */
  readonly errors?: readonly ErrorRecord[];
}
