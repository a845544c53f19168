import type { ErrorRecord } from './error-record.js';
import type { MessageHeaders } from './headers.js';
import type { MessageKind } from './envelope.js';

/** One series of attempts that ended in the dead-letter store. */
export interface DeadLetterFailure {
  /** What the last attempt failed with. */
  readonly error: ErrorRecord;
  /** How many attempts were made in this series. */
  readonly attempts: number;
  /** The node that gave up. */
  readonly nodeId: string;
  readonly failedAt: Date;
  /** How many series just before this one are no longer told of; absent if none. */
  readonly leftOut?: number;
}

/**
 * A message that one handler could not process, with all that is needed to look into it and to try again.
 *
 * @publicApi
 */
export interface DeadLetter extends DeadLetterFailure {
  /**
   * Made of the message's wire name and id, the subscription and the series of attempts: a message that two handlers fail
   * on is two dead letters, and so are two messages of different names that share an id.
   */
  readonly id: string;
  readonly messageId: string;
  /** The wire name of the message. */
  readonly name: string;
  readonly kind: MessageKind;
  /** The durable subscription that failed: `service.handler`. */
  readonly subscription: string;
  /** The message, decoded; undefined if its bytes could not be. */
  readonly message: unknown;
  /** The stored bytes; base64 in JSON. */
  readonly body: Uint8Array;
  readonly headers: MessageHeaders;
  readonly key: string | undefined;
  readonly correlationId: string;
  readonly causationId: string | undefined;
  readonly originNodeId: string;
  readonly sentAt: Date;
  /**
   * Earlier series, oldest first: one for each time it was redriven. With this letter's own failure at most 20, and 12 KiB:
   * the first and the latest, between which {@link DeadLetterFailure.leftOut} says how many are missing.
   */
  readonly history: readonly DeadLetterFailure[];
}

/** Which dead letters are meant; every given field must match. */
export interface DeadLetterFilter {
  readonly messageId?: string;
  /** Wire name of the message. */
  readonly name?: string;
  readonly subscription?: string;
  /** The code of the error, as text: `'11000'` for the number 11000. */
  readonly errorCode?: string;
  /** Given up at or after. */
  readonly since?: Date;
  /** Given up before. */
  readonly until?: Date;
}

/** Which part of a long list. */
export interface DeadLetterPageRequest {
  /**
   * How many at most, 1 to 1000.
   * @defaultValue 100
   */
  readonly limit?: number;
  /** `next` of the page before. */
  readonly after?: string;
}

/** A part of a list, oldest first. */
export interface DeadLetterPage {
  readonly items: readonly DeadLetter[];
  /** Where the next page begins; undefined on the last page. */
  readonly next: string | undefined;
}

/** A dead letter that could not be redriven or dropped; it is still there. */
export interface DeadLetterBatchFailure {
  readonly id: string;
  readonly error: ErrorRecord;
}

/**
 * What became of the dead letters that a filter found. Those that somebody else moved meanwhile are not counted.
 *
 * @publicApi
 */
export interface DeadLetterBatchResult {
  /** How many were redriven or dropped. */
  readonly succeeded: number;
  /** How many could not be, and are still there. */
  readonly failed: number;
  /** The first 100 of those, with their errors. */
  readonly failures: readonly DeadLetterBatchFailure[];
}
