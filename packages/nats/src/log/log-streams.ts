import type { ResolvedDurableOptions } from '../options/resolve-nats-options.js';
import { StreamStore } from '../jetstream/stream-store.js';
import type { StreamSettings } from '../jetstream/stream-store.js';
import type { JetStreamApi } from '../jetstream/jetstream-api.js';

/** The streams of a namespace's log. */
export interface LogStreams {
  /** Events, kept for their time whoever has had them. */
  readonly event: LogStream;
  /** Commands, until one node has handled each. */
  readonly command: LogStream;
  /** Dead letters that are tried again, until the handler that failed on each has had it. */
  readonly retry: LogStream;
}

/** One of the streams, and what its subjects begin with. */
export interface LogStream {
  readonly prefix: string;
  readonly store: StreamStore;
}

export function logStreams(
  namespace: string,
  api: JetStreamApi,
  options: ResolvedDurableOptions,
  replicas: number,
): LogStreams {
  const { storage, maxBytes, duplicateWindowMs, maxAgeMs } = options;
  const open = (what: string, settings: Pick<StreamSettings, 'retention' | 'maxAgeMs'>): LogStream => {
    const prefix = `${namespace}.${what}.`;
    const shape = {
      name: `${namespace}_${what}`,
      subjects: [`${prefix}>`],
      replicas,
      settings: { storage, maxBytes, duplicateWindowMs, ...settings },
    };
    return { prefix, store: new StreamStore(shape, api) };
  };
  return {
    event: open('events', { retention: 'limits', maxAgeMs }),
    // What nobody has handled does not grow too old: a command may be delayed by more than events are kept.
    command: open('commands', { retention: 'workqueue', maxAgeMs: 0 }),
    retry: open('retries', { retention: 'workqueue', maxAgeMs: 0 }),
  };
}
