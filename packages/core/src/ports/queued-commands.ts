import type { LogMessage, MessageIdentity } from './stored-message.js';

/** A message without its body. */
export type MessageHead = Omit<LogMessage, 'body'>;

/** A queued command that has not ended. */
export interface QueuedItem {
  readonly message: MessageHead;
  /** `running`: a node has taken it; `delayed`: it is not due; `waiting`: for a node with room, or for an earlier one of its key. */
  readonly state: 'waiting' | 'delayed' | 'running';
  /** When a delayed one is due, in milliseconds since 1970. */
  readonly dueAtMs?: number;
}

/** Which commands are listed. */
export interface QueuedRange {
  /** Wire name; undefined for all. */
  readonly name?: string;
  /** Most items of the page. */
  readonly limit: number;
  /** `next` of the page before. */
  readonly after?: string;
}

/** Page of queued commands. It may have fewer items than its limit, or none, and a next page. */
export interface QueuedItems {
  readonly items: readonly QueuedItem[];
  /** Undefined on the last page. */
  readonly next: string | undefined;
}

/**
 * What became of a command. `taken`: it was removed, and no handler begins it any more; `running`: a node has it, and it stays
 * as it is; `absent`: it is not stored.
 */
export type QueuedEnd =
  | { readonly state: 'taken'; readonly message: LogMessage }
  | { readonly state: 'running' | 'absent' };

/**
 * The queued commands that an engine's queue holds.
 *
 * Contract:
 * - `list` returns a bounded page, and reads about as much. What is stored, taken or settled meanwhile may be in it or not;
 *   every other command is in exactly one page.
 * - `cancel` and `reschedule` are atomic against consumers: of a command that resolved with `taken` no handler runs (or, rescheduled, none
 *   before its time). One that a consumer has is `running`. In doubt the command stays, and is `running`.
 * - A rescheduled command keeps its id and its content; its attempts begin anew.
 */
export interface QueuedCommands {
  list(range: QueuedRange): Promise<QueuedItems>;
  cancel(command: MessageIdentity): Promise<QueuedEnd>;
  /** @param delayMs from now on */
  reschedule(command: MessageIdentity, delayMs: number): Promise<QueuedEnd>;
}

/** A question of one node's engine to that of another node; the kernel carries it. It can be written as JSON. */
export type OwnerQuestion = Readonly<Record<string, unknown>>;
/** The answer; it can be written as JSON. */
export type OwnerAnswer = Readonly<Record<string, unknown>>;

/** Asks a node. Rejects with `CATGA_NODE_NOT_FOUND` if it is not in the directory. */
export type AskOwner = (nodeId: string, question: OwnerQuestion) => Promise<OwnerAnswer>;

/** All queued commands of a namespace, those that other nodes own included. Optional, for engines with queues. */
export interface OwnedCommands {
  list(range: QueuedRange, ask: AskOwner): Promise<QueuedItems>;
  cancel(command: MessageIdentity, ask: AskOwner): Promise<QueuedEnd>;
  reschedule(command: MessageIdentity, delayMs: number, ask: AskOwner): Promise<QueuedEnd>;
  /** Answers another node. */
  answer(question: OwnerQuestion): Promise<OwnerAnswer>;
}
