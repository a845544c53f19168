import type { JetStreamApi } from '../jetstream/jetstream-api.js';
import type { ReaderServices } from '../jetstream/stream-reader.js';
import { StreamStore } from '../jetstream/stream-store.js';
import type { ResolvedNatsOptions } from '../options/resolve-nats-options.js';
import { NatsStreamLog } from './nats-stream-log.js';

/** Stream log of a namespace, created on first use. */
export function openStreams(
  namespace: string,
  { durable: { storage }, replicas }: Pick<ResolvedNatsOptions, 'durable' | 'replicas'>,
  api: JetStreamApi,
  reader: ReaderServices,
): NatsStreamLog {
  const prefix = `${namespace}.streams.`;
  const stream = new StreamStore(
    {
      name: `${namespace}_streams`,
      subjects: [`${prefix}>`],
      replicas,
      settings: {
        storage,
        retention: 'limits',
        maxAgeMs: 0, // For ever.
        maxBytes: undefined,
        duplicateWindowMs: reader.timeoutMs, // Unused: messages have no deduplication id.
      },
    },
    api,
  );
  return new NatsStreamLog(prefix, stream, reader);
}
