import type { RecordStore, VersionedRecord } from '@catga/core/engine';
import type { Checkpoint } from '../store/event-store.js';
import { recordKey } from '../store/records/record-key.js';

/** A node that appends, and up to where what it has appended is published. */
export interface Publisher {
  /** On each of its events. */
  readonly token: string;
  readonly nodeId: string;
  readonly incarnation: number;
  readonly mark: Checkpoint;
}

/** A record of a publisher. */
export interface RecordedPublisher extends Publisher {
  readonly version: number;
}

/** The publishers of a namespace: each writes its own record from time to time, and removes it when all is published. */
export class PublisherRecords {
  constructor(private readonly place: { readonly records: RecordStore }) {}

  async list(): Promise<readonly RecordedPublisher[]> {
    const found = await this.place.records.list(`${recordKey('publisher')}/`);
    return found.map(publisherOf);
  }

  /** Resolves with the version, whoever has removed the record meanwhile. */
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
