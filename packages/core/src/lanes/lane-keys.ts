/** Keys of the records of durable events. Session and node ids have no `/`. */
export const MEMBERS = 'member/';
export const SUBSCRIPTIONS = 'subscription/';
export const PROGRESS = 'progress/';
export const KEYED = 'keyed-commands';
export const PAUSED = 'paused-subscriptions';
export const TRIMMER = 'trimmer';

export function memberKey(nodeId: string): string {
  return `${MEMBERS}${nodeId}`;
}

export function subscriptionKey(id: string): string {
  return `${SUBSCRIPTIONS}${encodeURIComponent(id)}`;
}

/** Key prefix of all progress in one lane. */
export function progressOf(lane: number): string {
  return `${PROGRESS}${lane}/`;
}

/** @param group group of subscriptions that share a record */
export function progressKey(lane: number, group: string): string {
  return `${progressOf(lane)}${encodeURIComponent(group)}`;
}

/** Subscriptions of one service share their records of progress; each queue of commands has its own. */
export function groupOf(id: string, kind: 'event' | 'command'): string {
  const end = id.indexOf('.');
  return kind === 'command' || end < 0 ? id : id.slice(0, end);
}
