import type { LaneEntry } from './lane-entry.js';

const LEAST_COMPACTION = 1024;

/** Queue of entries, in order of arrival. */
export class EntryQueue {
  private entries: LaneEntry[] = [];
  private head = 0;

  get size(): number {
    return this.entries.length - this.head;
  }

  get first(): LaneEntry | undefined {
    return this.entries[this.head];
  }

  add(entry: LaneEntry): void {
    this.entries.push(entry);
  }

  /** Adds an entry before all others. */
  addFirst(entry: LaneEntry): void {
    if (this.head > 0) this.entries[--this.head] = entry;
    else this.entries.unshift(entry);
  }

  take(): LaneEntry | undefined {
    const entry = this.entries[this.head];
    if (entry === undefined) return undefined;
    this.head++;
    if (this.head === this.entries.length) this.clear();
    else if (this.head >= LEAST_COMPACTION && this.head * 2 >= this.entries.length) {
      this.entries = this.entries.slice(this.head);
      this.head = 0;
    }
    return entry;
  }

  /** Removes and returns the first suspect. */
  takeSuspect(): LaneEntry | undefined {
    const place = this.entries.findIndex(({ isSuspect }, index) => index >= this.head && isSuspect);
    return place < 0 ? undefined : this.entries.splice(place, 1)[0];
  }

  clear(): void {
    this.entries = [];
    this.head = 0;
  }
}
