import type { ResolvedDurableOptions } from '../options/resolve-nats-options.js';
import { StreamStore } from '../jetstream/stream-store.js';
import type { JetStreamApi } from '../jetstream/jetstream-api.js';

/** The streams of a namespace's command queues. */
export interface QueueStreams {
  /** Commands, until one node has handled each. */
  readonly command: QueueStream;
  /** Dead letters that are tried again, until the handler that failed on each has had it. */
  readonly retry: QueueStream;
}

/** One of the streams, and what its subjects begin with. */
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
      // What nobody has handled does not grow too old: a command may be delayed by more than events are kept.
      settings: { storage, maxBytes, duplicateWindowMs, retention: 'workqueue' as const, maxAgeMs: 0 },
    };
    return { prefix, store: new StreamStore(shape, api) };
  };
  return { command: open('commands'), retry: open('retries') };
}
