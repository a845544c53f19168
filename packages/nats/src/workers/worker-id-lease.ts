import { randomInt } from 'node:crypto';
import { CatgaError } from '@catga/core';
import type { Clock } from '@catga/core/engine';
import type { Bucket } from '../jetstream/bucket.js';

/** How many generators of ids there can be in a namespace: the default layout has 8 bits for them. */
const WORKERS = 256;

/** After how long without renewal the server drops a lease, in milliseconds. */
export const LEASE_MS = 60_000;
const RENEW_AFTER_MS = LEASE_MS / 4;

/**
 * A number that no other connection of the namespace has: a key in a bucket whose entries the server drops when they
 * are not renewed. The revision is the fencing token: a holder that stood still for too long, and whose number somebody
 * else has by now, cannot renew it and takes another.
 */
export class WorkerIdLease {
  private workerId = 0;
  private revision = 0;
  private cancelTimer: (() => void) | undefined;
  private isClosed = false;

  private constructor(
    private readonly bucket: Bucket,
    private readonly holder: Uint8Array,
    private readonly clock: Clock,
  ) {}

  /** `CATGA_OVERLOADED` if all numbers are taken. */
  static async take(bucket: Bucket, nodeId: string, clock: Clock): Promise<WorkerIdLease> {
    const lease = new WorkerIdLease(bucket, new TextEncoder().encode(nodeId), clock);
    await bucket.keepFor(LEASE_MS);
    await lease.takeAny();
    lease.renewLater();
    return lease;
  }

  get current(): number {
    return this.workerId;
  }

  /** Renews it no more, so that it lapses. */
  stop(): void {
    this.isClosed = true;
    this.cancelTimer?.();
  }

  /** Gives the number back. */
  async release(): Promise<void> {
    this.stop();
    await this.bucket.remove(keyOf(this.workerId), this.revision);
  }

  /** Numbers that were given back last come last, so that two generators do not follow each other on one. */
  private async takeAny(): Promise<void> {
    const used = new Set(await this.bucket.keys());
    const start = randomInt(WORKERS);
    const all = Array.from({ length: WORKERS }, (_, index) => (start + index) % WORKERS);
    for (const workerId of all.filter((candidate) => !used.has(keyOf(candidate)))) {
      if (await this.tryToTake(workerId, 0)) return;
    }
    for (const workerId of all) {
      const entry = await this.bucket.get(keyOf(workerId));
      if (entry !== undefined && !entry.isDeleted) continue;
      if (await this.tryToTake(workerId, entry?.revision ?? 0)) return;
    }
    throw new CatgaError('CATGA_OVERLOADED', `All ${WORKERS} worker ids of the namespace are given out.`);
  }

  private async tryToTake(workerId: number, expected: number): Promise<boolean> {
    const revision = await this.bucket.replace(keyOf(workerId), this.holder, expected);
    if (revision === undefined) return false;
    this.workerId = workerId;
    this.revision = revision;
    return true;
  }

  private renewLater(): void {
    this.cancelTimer = this.clock.setTimer(RENEW_AFTER_MS, () => void this.renew(), true);
  }

  private async renew(): Promise<void> {
    try {
      const isRenewed = await this.tryToTake(this.workerId, this.revision);
      // Dropped while the broker was away: the same number again if it is still free, else another.
      if (!isRenewed && !(await this.tryToTake(this.workerId, 0))) await this.takeAny();
    } catch {
      // The broker is away; what it says when it is back decides.
    }
    if (!this.isClosed) this.renewLater();
  }
}

function keyOf(workerId: number): string {
  return `worker-${workerId}`;
}
