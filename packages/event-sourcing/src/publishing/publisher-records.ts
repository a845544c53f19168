import type { RecordStore, VersionedRecord } from '@catga/core/engine';
import type { Checkpoint } from '../store/event-store.js';
import { recordKey } from '../store/records/record-key.js';

/** An appending node, and the checkpoint up to which its events are published. */
export interface Publisher {
  /** Header value of its events. */
  readonly token: string;
  readonly nodeId: string;
  readonly incarnation: number;
  readonly mark: Checkpoint;
}

/** A stored publisher. */
export interface RecordedPublisher extends Publisher {
  readonly version: number;
}

/** Records of the publishers of a namespace: each periodically writes its own, and removes it when all is published. */
export class PublisherRecords {
  constructor(private readonly place: { readonly records: RecordStore }) {}

  async list(): Promise<readonly RecordedPublisher[]> {
    const found = await this.place.records.list(`${recordKey('publisher')}/`);
    return found.map(publisherOf);
  }

  /** Writes a record, even if it was removed meanwhile. Resolves with its version. */
  async write(publisher: Publisher, expected: number): Promise<number> {
    const { records } = this.place;
    const key = keyOf(publisher.token);
    const value = Buffer.from(JSON.stringify(publisher));
    for (let version = expected; ;) {
      const written = await records.write(key, value, version);
      if (written !== undefined) return written;
      version = (await records.read(key))?.version ?? 0;
    }
  }

  async remove({ token, version }: Pick<RecordedPublisher, 'token' | 'version'>): Promise<void> {
    await this.place.records.remove(keyOf(token), version);
  }
}

function keyOf(token: string): string {
  return recordKey('publisher', token);
}

function publisherOf({ value, version }: VersionedRecord): RecordedPublisher {
  const { token, nodeId, incarnation, mark } = JSON.parse(Buffer.from(value).toString()) as Publisher;
  return { token, nodeId, incarnation, mark, version };
}
