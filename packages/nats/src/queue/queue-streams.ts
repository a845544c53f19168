import type { ResolvedDurableOptions } from '../options/resolve-nats-options.js';
import { StreamStore } from '../jetstream/stream-store.js';
import type { JetStreamApi } from '../jetstream/jetstream-api.js';

/** Streams of a namespace's command queues. */
export interface QueueStreams {
  /** Commands, until one node has handled each. */
  readonly command: QueueStream;
  /** Redriven dead letters, until their handler has handled them. */
  readonly retry: QueueStream;
}

/** A stream, and its subject prefix. */
export interface QueueStream {
  readonly prefix: string;
  readonly store: StreamStore;
}

export function queueStreams(
  namespace: string,
  api: JetStreamApi,
  options: ResolvedDurableOptions,
  replicas: number,
): QueueStreams {
  const { storage, maxBytes, duplicateWindowMs } = options;
  const open = (what: string): QueueStream => {
    const prefix = `${namespace}.${what}.`;
    const shape = {
      name: `${namespace}_${what}`,
      subjects: [`${prefix}>`],
      replicas,
      // Commands never expire: a delay may exceed the retention of events.
      settings: { storage, maxBytes, duplicateWindowMs, retention: 'workqueue' as const, maxAgeMs: 0 },
    };
    return { prefix, store: new StreamStore(shape, api) };
  };
  return { command: open('commands'), retry: open('retries') };
}
