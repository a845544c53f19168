import type { LogMessage, MessageIdentity } from './stored-message.js';

/** A message without its body. */
export type MessageHead = Omit<LogMessage, 'body'>;

/** A queued command that has not ended. */
export interface QueuedItem {
  readonly message: MessageHead;
  /** `running`: a node has taken it; `delayed`: it is not due; `waiting`: for a node with free capacity, or for an earlier command of its key. */
  readonly state: 'waiting' | 'delayed' | 'running';
  /** When a delayed one is due, in milliseconds since 1970. */
  readonly dueAtMs?: number;
}

/** Range of a page of queued commands. */
export interface QueuedRange {
  /** Wire name; undefined for all. */
  readonly name?: string;
  /** Maximum number of items in the page. */
  readonly limit: number;
  /** `next` of the page before. */
  readonly after?: string;
}

/** Page of queued commands. A page with fewer items than its limit, or none, may have a next page. */
export interface QueuedItems {
  readonly items: readonly QueuedItem[];
  /** Undefined on the last page. */
  readonly next: string | undefined;
}

/**
 * Result of removing a command. `taken`: it was removed, and no handler starts it any more; `running`: a node has taken it, and it stays
 * unchanged; `absent`: it is not stored.
 */
export type QueuedEnd =
  | { readonly state: 'taken'; readonly message: LogMessage }
  | { readonly state: 'running' | 'absent' };

/**
 * Queued commands in the queue of an engine.
 *
 * Contract:
 * - `list` returns a bounded page, and reads about as much. Commands that are stored, taken or settled during the listing may be in it or
 *   not; every other command is in exactly one page.
 * - `cancel` and `reschedule` are atomic against consumers: after `taken`, no handler runs the command (or, rescheduled, none
 *   before its due time). A command that a consumer has, or may have, stays and is `running`.
 * - A rescheduled command keeps its id and its content; its attempts restart at 1.
 */
export interface QueuedCommands {
  list(range: QueuedRange): Promise<QueuedItems>;
  cancel(command: MessageIdentity): Promise<QueuedEnd>;
  /** @param delayMs delay from now, in milliseconds */
  reschedule(command: MessageIdentity, delayMs: number): Promise<QueuedEnd>;
}

/** Request of one node's engine to the engine of another node, sent by the kernel. Plain JSON data. */
export type OwnerQuestion = Readonly<Record<string, unknown>>;
/** Reply to an {@link OwnerQuestion}. Plain JSON data. */
export type OwnerAnswer = Readonly<Record<string, unknown>>;

/** Sends a request to a node. Rejects with `CATGA_NODE_NOT_FOUND` if it is not in the directory. */
export type AskOwner = (nodeId: string, question: OwnerQuestion) => Promise<OwnerAnswer>;

/** All queued commands of a namespace, including those that other nodes own. Optional, for engines with queues. */
export interface OwnedCommands {
  list(range: QueuedRange, ask: AskOwner): Promise<QueuedItems>;
  cancel(command: MessageIdentity, ask: AskOwner): Promise<QueuedEnd>;
  reschedule(command: MessageIdentity, delayMs: number, ask: AskOwner): Promise<QueuedEnd>;
  /** Answers the request of another node. */
  answer(question: OwnerQuestion): Promise<OwnerAnswer>;
}
