import type { MessageHeaders } from './headers.js';

/**
 * Which queued command is meant. The receipt of `enqueue` and each item of a list are one.
 *
 * @publicApi
 */
export interface QueuedCommandRef {
  /** Wire name. */
  readonly name: string;
  readonly messageId: string;
}

/**
 * A queued command that has not ended.
 *
 * @publicApi
 */
export interface QueuedCommand extends QueuedCommandRef {
  readonly key: string | undefined;
  readonly headers: MessageHeaders;
  readonly correlationId: string;
  /** The node that queued it. */
  readonly originNodeId: string;
  readonly enqueuedAt: Date;
  /**
   * `running`: a node has taken it, and handles it or is about to. `delayed`: it is not due, as `enqueue` or `reschedule` said, or it has
   * failed and waits for its next attempt. `waiting`: for a node with room, or for an earlier command of its key.
   */
  readonly state: 'waiting' | 'delayed' | 'running';
  /** When a delayed one is due; undefined for others. */
  readonly dueAt: Date | undefined;
}

/** Filter of queued commands. */
export interface QueuedCommandFilter {
  /** Wire name. */
  readonly name?: string;
}

/** Page request. */
export interface QueuedCommandPageRequest {
  /**
   * Maximum number of items, 1 to 1000.
   * @defaultValue 100
   */
  readonly limit?: number;
  /** `next` of the previous page. */
  readonly after?: string;
}

/** Page of queued commands: those without a key, by queue, then those with one, by lane; in each the oldest first. */
export interface QueuedCommandPage {
  readonly items: readonly QueuedCommand[];
  /** Cursor of the next page; undefined on the last page. */
  readonly next: string | undefined;
}

/** When a queued command is to be due. */
export type NewDueTime =
  /** From now on, in milliseconds, 0 to 366 days. */
  | { readonly delayMs: number }
  /** By the clock of this node. A time that has passed is now. */
  | { readonly dueAt: Date };
