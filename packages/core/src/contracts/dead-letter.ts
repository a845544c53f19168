import type { ErrorRecord } from './error-record.js';
import type { MessageHeaders } from './headers.js';
import type { MessageKind } from './envelope.js';

/** Failure of one series of attempts, which ended in the dead-letter store. */
export interface DeadLetterFailure {
  /** Error of the last attempt. */
  readonly error: ErrorRecord;
  /** Number of attempts in this series. */
  readonly attempts: number;
  /** Id of the node of the last attempt. */
  readonly nodeId: string;
  readonly failedAt: Date;
  /** Number of omitted series just before this one; absent if none. */
  readonly leftOut?: number;
}

/**
 * Dead letter: a message that one handler could not process, with its failure history.
 *
 * @publicApi
 */
export interface DeadLetter extends DeadLetterFailure {
  /**
   * Built from wire name, message id, subscription and number of the series, with a mark if it holds its key: if two handlers fail on a message, there
   * are two dead letters, as for two messages of different names with the same id.
   */
  readonly id: string;
  readonly messageId: string;
  /** The wire name of the message. */
  readonly name: string;
  readonly kind: MessageKind;
  /** The durable subscription that failed: `service.handler`. */
  readonly subscription: string;
  /** The decoded message; undefined if its bytes could not be decoded. */
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
   * Failures of earlier series, oldest first: one per redrive. With this letter's own failure at most 20, and 12 KiB:
   * the first and the latest ones; {@link DeadLetterFailure.leftOut} is the number omitted in between.
   */
  readonly history: readonly DeadLetterFailure[];
  /** The {@link RedriveOptions.batch} of the last redrive, after which it failed again. */
  readonly redrivenIn?: string;
  /** Present if the next messages of its key wait for what becomes of this letter (`whenDead: 'hold-key'`). */
  readonly holdsKey?: true;
}

/** Options of a redrive. */
export interface RedriveOptions {
  /**
   * Names the larger action that this redrive is a step of, up to 64 characters: if the message fails again, its letter has the name, by
   * which the next step recognizes that it has moved it already. Clocks of nodes differ, so times do not tell.
   */
  readonly batch?: string;
}

/** How far an action on many dead letters has come. */
export interface DeadLetterProgress {
  /** Letters that it has dealt with, those that failed included. */
  readonly done: number;
  readonly failed: number;
  /** Letters that matched when it began. */
  readonly total: number;
}

/** Options of an action on the dead letters of a filter. */
export interface DeadLetterBatchOptions {
  /** Called after each letter. What it throws ends the action, and is what it rejects with. */
  readonly onProgress?: (progress: DeadLetterProgress) => void;
}

/** Filter of dead letters; every given field must match. */
export interface DeadLetterFilter {
  readonly messageId?: string;
  /** Wire name of the message. */
  readonly name?: string;
  readonly subscription?: string;
  /** The code of the error, as text: `'11000'` for the number 11000. */
  readonly errorCode?: string;
  /** Failed at or after this time. */
  readonly since?: Date;
  /** Failed before this time. */
  readonly until?: Date;
}

/** Options of a count. */
export interface DeadLetterCountOptions {
  /**
   * Maximum number that is counted; `Infinity` for all.
   * @defaultValue 1000
   */
  readonly most?: number;
}

/**
 * Number of matching dead letters.
 *
 * @publicApi
 */
export interface DeadLetterCount {
  /** At most `most`. */
  readonly total: number;
  /** Those counted, by subscription. */
  readonly bySubscription: Readonly<Record<string, number>>;
  /** False if there are more than were counted. */
  readonly isComplete: boolean;
}

/** Page request. */
export interface DeadLetterPageRequest {
  /**
   * Maximum number of items, 1 to 1000.
   * @defaultValue 100
   */
  readonly limit?: number;
  /** `next` of the previous page. */
  readonly after?: string;
}

/** Page of a list, oldest first. */
export interface DeadLetterPage {
  readonly items: readonly DeadLetter[];
  /** Cursor of the next page; undefined on the last page. */
  readonly next: string | undefined;
}

/** A dead letter that could not be redriven or dropped and is still stored. */
export interface DeadLetterBatchFailure {
  readonly id: string;
  readonly error: ErrorRecord;
}

/**
 * Result of redriving or dropping by a filter. Dead letters that were moved concurrently are not counted.
 *
 * @publicApi
 */
export interface DeadLetterBatchResult {
  /** Number of dead letters redriven or dropped. */
  readonly succeeded: number;
  /** Number of failures; these dead letters are still stored. */
  readonly failed: number;
  /** The first 100 failures, with their errors. */
  readonly failures: readonly DeadLetterBatchFailure[];
}
