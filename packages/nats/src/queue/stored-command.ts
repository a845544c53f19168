import { COMMAND_QUEUES } from '@catga/core/engine';
import type { StoredMessage } from '@catga/core/engine';
import type { StoredEntry, StreamStore } from '../jetstream/stream-store.js';
import type { AttemptPlace } from './attempt-counts.js';
import type { QueueStreams } from './queue-streams.js';
import { DELAYED_LANE, PLAIN_LANE, subscriptionToken } from './queue-subjects.js';
import { DELAY_HEADER, delayIn, readMessage } from './read-message.js';

/** A command in its stream. */
export interface StoredCommand {
  readonly message: StoredMessage;
  readonly store: StreamStore;
  readonly place: AttemptPlace;
  /** Due time by the server's clock, in milliseconds since 1970; undefined without a delay. */
  readonly dueAtMs: number | undefined;
}

export function storedCommandOf(
  { subject, sequence, data, headers, storedAtMs }: StoredEntry,
  { command, retry }: QueueStreams,
  maxBytes: () => number,
): StoredCommand {
  const isRetry = subject.startsWith(retry.prefix);
  const { store } = isRetry ? retry : command;
  const { message } = readMessage({ data, subject }, { consumer: store.shape.name, sequence }, maxBytes);
  const isDelayed = subject.startsWith(`${command.prefix}${DELAYED_LANE}.`);
  const consumer = isRetry
    ? `${subject.slice(retry.prefix.length)}-retry`
    : `${subscriptionToken(`${COMMAND_QUEUES}.${message.name}`)}-${isDelayed ? DELAYED_LANE : PLAIN_LANE}`;
  const [, delay = ''] = new RegExp(`^${DELAY_HEADER}: *(\\d+)\\r?$`, 'm').exec(headers) ?? [];
  return {
    message,
    store,
    place: { consumer, sequence, storedAtMs },
    dueAtMs: isDelayed ? storedAtMs + delayIn(delay) : undefined,
  };
}
