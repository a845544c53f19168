import type { RecordStore } from '@catga/core/engine';
import type { SubjectKeys } from '../event-store.js';
import { recordKey } from './record-key.js';

/** Keys of persons in records. */
export class RecordSubjectKeys implements SubjectKeys {
  constructor(private readonly place: { readonly records: RecordStore }) {}

  async find(subject: string): Promise<Uint8Array | undefined> {
    return (await this.place.records.read(keyOf(subject)))?.value;
  }

  async create(subject: string, key: Uint8Array): Promise<Uint8Array> {
    for (;;) {
      const found = await this.find(subject);
      if (found !== undefined) return found;
      if ((await this.place.records.write(keyOf(subject), key, 0)) !== undefined) return key;
    }
  }

  async erase(subject: string): Promise<boolean> {
    const { records } = this.place;
    for (;;) {
      const found = await records.read(keyOf(subject));
      if (found === undefined) return false;
      if (await records.remove(found.key, found.version)) return true;
    }
  }
}

function keyOf(subject: string): string {
  return recordKey('person', subject);
}
