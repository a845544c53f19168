/** Keys of one queue of commands. All keys of the log share a hash tag, and so a slot. */
export interface QueueKeys {
  /** Stream of the unacknowledged commands, with the group 'catga'. */
  readonly entries: string;
  /** Sorted set of delayed entries, by due time. */
  readonly back: string;
  /** Set of the wire names of the commands. */
  readonly names: string;
}

/** @param prefix key prefix of the log */
export function queueKeys(prefix: string, queue: string): QueueKeys {
  return {
    entries: `${prefix}:entries:${queue}`,
    back: `${prefix}:back:${queue}`,
    names: `${prefix}:names:${queue}`,
  };
}

/** Hash from a queue to its kind. */
export function queuesKey(prefix: string): string {
  return `${prefix}:subscriptions`;
}

/** Set of all queues with stored commands, with or without a handler. */
export function usedQueuesKey(prefix: string): string {
  return `${prefix}:used`;
}

/** The lease of a consumer. */
export function aliveKey(prefix: string, consumer: string): string {
  return `${prefix}:alive:${consumer}`;
}

/** Key that marks a command as stored, for the deduplication window. */
export function seenKey(prefix: string, identity: string): string {
  return `${prefix}:seen:${identity}`;
}
