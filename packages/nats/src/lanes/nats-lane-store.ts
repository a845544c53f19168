import type { LaneStore } from '@catga/core/engine';
import { bucketPrefix, bucketStream } from '../jetstream/bucket.js';
import type { ReaderServices } from '../jetstream/stream-reader.js';
import type { JetStreamApi } from '../jetstream/jetstream-api.js';
import { StreamPublisher } from '../jetstream/stream-publisher.js';
import { StreamStore } from '../jetstream/stream-store.js';
import type { ResolvedNatsOptions } from '../options/resolve-nats-options.js';
import { openLaneStreams } from './lane-stream.js';
import { NatsLaneLog } from './nats-lane-log.js';
import { NatsRecordStore } from './nats-record-store.js';

/** An open lane store. */
export interface NatsLaneStore extends LaneStore {
  readonly log: NatsLaneLog;
  readonly records: NatsRecordStore;
}

/** Opens the lanes of a namespace, with the number of an existing log, else the configured one. */
export async function openLaneStore(
  namespace: string,
  { durable, replicas }: Pick<ResolvedNatsOptions, 'durable' | 'replicas'>,
  api: JetStreamApi,
  reader: ReaderServices,
): Promise<NatsLaneStore> {
  const { storage, maxAgeMs, maxBytes, duplicateWindowMs, lanes: wantedLanes } = durable;
  const { session, inboxPrefix, timeoutMs } = reader;
  const settings = {
    storage,
    retention: 'limits',
    maxAgeMs: 0, // Core trims by age, because queued commands are kept longer.
    maxBytes,
    duplicateWindowMs,
  } as const;
  const streams = await openLaneStreams({ namespace, replicas, settings }, api, wantedLanes);
  // The kernel limits the frames in flight.
  const options = { maxPendingAcks: Infinity, timeoutMs, inboxPrefix };
  const publisher = new StreamPublisher(session, api.clock, options);
  return {
    log: new NatsLaneLog(streams, publisher, { session, api, inboxPrefix }, api.clock, maxAgeMs),
    records: openRecords(`${namespace}_lanes`, { durable, replicas }, api, reader),
  };
}

/** Records in a bucket, which is created at the first write. */
export function openRecords(
  bucket: string,
  { durable: { storage }, replicas }: Pick<ResolvedNatsOptions, 'durable' | 'replicas'>,
  api: JetStreamApi,
  reader: ReaderServices,
): NatsRecordStore {
  const stream = new StreamStore(
    {
      name: bucketStream(bucket),
      subjects: [`${bucketPrefix(bucket)}>`],
      replicas,
      perSubject: 1,
      isBucket: true,
      settings: {
        storage,
        retention: 'limits',
        maxAgeMs: 0,
        maxBytes: undefined,
        duplicateWindowMs: 2 * reader.timeoutMs, // Changes are not re-sent for longer.
      },
    },
    api,
  );
  return new NatsRecordStore(bucket, stream, reader);
}
