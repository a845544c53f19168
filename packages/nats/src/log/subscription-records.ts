import { CatgaError } from '@catga/core';
import type { LogSubscription } from '@catga/core/engine';
import type { Bucket } from '../jetstream/bucket.js';
import type { LogStream } from './log-streams.js';
import { subscriptionToken } from './log-subjects.js';
import { decodeSubscription, encodeSubscription, extended } from './subscription-record.js';
import type { SubscriptionRecord } from './subscription-record.js';

const TRIES = 16;
const PREFIX = 'subscription.';

/** What is known of the durable subscriptions of a namespace: a key for each in a bucket, changed by compare-and-set. */
export class SubscriptionRecords {
  /** When the stream was made that each subscription of this process had last. */
  private readonly streams = new Map<string, string>();

  constructor(private readonly bucket: Bucket) {}

  /**
   * Makes the stream and the record if need be. A subscription gets what is appended from then on.
   * `CATGA_UNSUPPORTED` for names that it did not have, where the server cannot add them.
   */
  async ensure(
    wanted: LogSubscription,
    { store }: LogStream,
    canGetNames: boolean,
  ): Promise<SubscriptionRecord> {
    const { id, kind, names, startFrom = 'new' } = wanted;
    const key = keyOf(id);
    for (let tries = 0; tries < TRIES; tries++) {
      const entry = await this.bucket.get(key);
      const info = await store.make();
      const known = entry === undefined || entry.isDeleted ? undefined : decodeSubscription(entry.value);
      const before = this.streams.get(id);
      // The broker lost the record together with the stream: all that is there now came after this subscription.
      const isFromFirst =
        kind === 'command' || startFrom === 'beginning' || (before !== undefined && before !== info.created);
      const from = isFromFirst ? 1 : info.state.last_seq + 1;
      const record = extended(known, { id, kind, names, stream: info.created, from });
      if (!canGetNames && known?.stream === info.created && record !== known) throw cannotGetNames(wanted);
      if (record === known || (await this.write(key, record, entry?.revision ?? 0))) {
        this.streams.set(id, info.created);
        return record;
      }
    }
    throw new CatgaError(
      'CATGA_ENGINE_UNAVAILABLE',
      `Too many nodes update the subscription ${id} at the same time; retry.`,
    );
  }

  async find(id: string): Promise<SubscriptionRecord | undefined> {
    return this.read(keyOf(id));
  }

  /** All that there are. */
  async all(): Promise<SubscriptionRecord[]> {
    const keys = (await this.bucket.keys()).filter((key) => key.startsWith(PREFIX));
    const records = await Promise.all(keys.map((key) => this.read(key)));
    return records.filter((record) => record !== undefined);
  }

  /** Resolves with whether there was one. */
  async forget(id: string): Promise<boolean> {
    const isKnown = (await this.find(id)) !== undefined;
    if (isKnown) await this.bucket.remove(keyOf(id), undefined);
    return isKnown;
  }

  private async write(key: string, record: SubscriptionRecord, revision: number): Promise<boolean> {
    return (await this.bucket.replace(key, encodeSubscription(record), revision)) !== undefined;
  }

  private async read(key: string): Promise<SubscriptionRecord | undefined> {
    const entry = await this.bucket.get(key);
    return entry === undefined || entry.isDeleted ? undefined : decodeSubscription(entry.value);
  }
}

function cannotGetNames({ id, names }: LogSubscription): CatgaError {
  return new CatgaError(
    'CATGA_UNSUPPORTED',
    `${id} is to get ${names.join(', ')}, which are more names than it had, and nats-server cannot change that before ` +
      '2.10: update the server, or give the handler another name (or write a second one for the new events).',
    { details: { id, names } },
  );
}

function keyOf(id: string): string {
  return PREFIX + subscriptionToken(id);
}
