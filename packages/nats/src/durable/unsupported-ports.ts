import { CatgaError } from '@catga/core';
import type { DeadLetterStore, DurableLog, Inbox } from '@catga/core/engine';

/** Stored messages are not part of this engine yet: it says so in its capabilities, and here to who asks all the same. */
function refuse(what: string): Promise<never> {
  return Promise.reject(
    new CatgaError(
      'CATGA_UNSUPPORTED',
      `The engine 'nats' does not store messages yet: ${what} is not possible. ` +
        'Use plain events (QoS 0) and send, or the memory engine in one process.',
    ),
  );
}

export const unsupportedLog: DurableLog = Object.freeze({
  append: () => refuse('publishing a reliable event or queueing a command'),
  subscribe: () => refuse('a durable subscription'),
});

export const unsupportedInbox: Inbox = Object.freeze({
  has: () => refuse('an inbox'),
  add: () => refuse('an inbox'),
});

/** There are none: nothing is delivered that could become one. */
export const emptyDeadLetters: DeadLetterStore = Object.freeze({
  put: () => refuse('keeping a dead letter'),
  get: () => Promise.resolve(undefined),
  list: () => Promise.resolve({ items: [], next: undefined }),
  remove: () => Promise.resolve(false),
});
