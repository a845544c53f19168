import { randomInt } from 'node:crypto';
import { WORKERS, WORKER_LEASE_MS } from '@catga/core/engine';
import type { WorkerIdStore } from '@catga/core/engine';
import type { Bucket } from '../jetstream/bucket.js';

/**
 * Worker id leases: a key per id in a bucket whose entries expire unless renewed. The revision is the
 * fencing token.
 */
export class NatsWorkerIds implements WorkerIdStore {
  private revision = 0;

  constructor(
    private readonly bucket: Bucket,
    private readonly nodeId: string,
  ) {}

  async take(current: number | undefined): Promise<number | undefined> {
    if (current === undefined) {
      await this.bucket.keepFor(WORKER_LEASE_MS);
      return this.takeAny();
    }
    // Expired during an outage: lease the same id if it is still free, else another one.
    const isKept = (await this.tryToTake(current, this.revision)) || (await this.tryToTake(current, 0));
    return isKept ? current : this.takeAny();
  }

  async giveBack(workerId: number): Promise<void> {
    await this.bucket.remove(keyOf(workerId), this.revision);
  }

  /** Recently released ids come last, so that they are not reused at once. */
  private async takeAny(): Promise<number | undefined> {
    const used = new Set(await this.bucket.keys());
    const start = randomInt(WORKERS);
    const all = Array.from({ length: WORKERS }, (_, index) => (start + index) % WORKERS);
    for (const workerId of all.filter((candidate) => !used.has(keyOf(candidate)))) {
      if (await this.tryToTake(workerId, 0)) return workerId;
    }
    for (const workerId of all) {
      const entry = await this.bucket.get(keyOf(workerId));
      if (entry !== undefined && !entry.isDeleted) continue;
      if (await this.tryToTake(workerId, entry?.revision ?? 0)) return workerId;
    }
    return undefined;
  }

  private async tryToTake(workerId: number, expected: number): Promise<boolean> {
    const holder = new TextEncoder().encode(this.nodeId);
    const revision = await this.bucket.replace(keyOf(workerId), holder, expected);
    if (revision === undefined) return false;
    this.revision = revision;
    return true;
  }
}

function keyOf(workerId: number): string {
  return `worker-${workerId}`;
}
