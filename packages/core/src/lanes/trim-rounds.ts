import type { RecordStore } from '../ports/record-store.js';
import { isFull } from './engine-failure.js';
import { TRIMMER } from './lane-keys.js';
import type { LaneTrimmer } from './lane-trimmer.js';

/**
 * Periodic trimming by one node of the namespace at a time, whether or not it handles anything. A node trims if no other one has since its
 * last check, and claims it by compare-and-set on a record.
 */
export class TrimRounds {
  private seen: number | undefined;
  private isBusy = false;

  constructor(
    private readonly records: RecordStore,
    private readonly trimmer: Pick<LaneTrimmer, 'trimAll'>,
    private readonly session: string,
  ) {}

  /** Called once per period. */
  async next(): Promise<void> {
    if (this.isBusy) return;
    this.isBusy = true;
    try {
      if (await this.isMine()) await this.trimmer.trimAll();
    } finally {
      this.isBusy = false;
    }
  }

  private async isMine(): Promise<boolean> {
    const version = (await this.records.read(TRIMMER))?.version ?? 0;
    const isUnchanged = version === this.seen;
    this.seen = version;
    if (!isUnchanged) return false;
    try {
      const written = await this.records.write(TRIMMER, Buffer.from(this.session), version);
      if (written !== undefined) this.seen = written;
      return written !== undefined;
    } catch (thrown) {
      // A full broker cannot store the record, and needs trimming most. Several nodes may trim.
      if (isFull(thrown)) return true;
      throw thrown;
    }
  }
}
