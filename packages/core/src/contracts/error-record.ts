/**
 * An error as bounded, well-formed data: what dead letters keep of it and what other nodes are told. Never a stack.
 *
 * @publicApi
 */
export interface ErrorRecord {
  /** At most 256 characters. */
  readonly name: string;
  /** At most 4,096 characters; what was longer ends with `…`. */
  readonly message: string;
  /** Of text at most 256 characters. Absent if the error has none. */
  readonly code?: string | number;
  /** The error that led to this one. */
  readonly cause?: ErrorRecord;
  /** What an `AggregateError`, or an error like it, holds. */
  readonly errors?: readonly ErrorRecord[];
}
