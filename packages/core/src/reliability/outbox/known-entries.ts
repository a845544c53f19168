import type { OutboxEntry } from '../../ports/outbox-store.js';

/** Entries of the store that a relay knows, by key: those in memory, and those that it sent and that are not removed yet. */
export class KnownEntries {
  private readonly byKey = new Map<string, Set<string>>();

  idsOf(key: string): readonly string[] {
    return [...(this.byKey.get(key) ?? [])];
  }

  add({ id, message: { key } }: OutboxEntry): void {
    if (key === undefined) return;
    const ids = this.byKey.get(key);
    if (ids === undefined) this.byKey.set(key, new Set([id]));
    else ids.add(id);
  }

  remove({ id, message: { key } }: Pick<OutboxEntry, 'id' | 'message'>): void {
    if (key === undefined) return;
    const ids = this.byKey.get(key);
    ids?.delete(id);
    if (ids?.size === 0) this.byKey.delete(key);
  }
}
