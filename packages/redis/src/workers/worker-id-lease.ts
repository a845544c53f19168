import { randomInt, randomUUID } from 'node:crypto';
import { CatgaError } from '@catga/core';
import type { Clock } from '@catga/core/engine';
import { numberOf } from '../connection/lua-script.js';
import type { RedisSession } from '../connection/redis-session.js';
import { releaseWorkerId } from './scripts/release-worker-id.lua.js';
import { takeWorkerId } from './scripts/take-worker-id.lua.js';

/** How many generators of ids there can be in a namespace: the default layout has 8 bits for them. */
const WORKERS = 256;

/** After how long without renewal the server drops a lease, in milliseconds. */
const LEASE_MS = 60_000;
const RENEW_AFTER_MS = LEASE_MS / 4;
const REST_MS = 1000;

/**
 * A number that no other connection of the namespace has: a key with the holder's mark, which Redis drops when it is not
 * renewed. A holder that stood still for too long, and whose number somebody else has by now, gets another.
 */
export class WorkerIdLease {
  private workerId = randomInt(WORKERS);
  private readonly holder: string;
  private cancelTimer: (() => void) | undefined;
  private isClosed = false;

  private constructor(
    private readonly session: RedisSession,
    private readonly prefix: string,
    nodeId: string,
    private readonly clock: Clock,
  ) {
    this.holder = `${nodeId} ${randomUUID()}`;
  }

  /** `CATGA_OVERLOADED` if all numbers are taken. */
  static async take(
    session: RedisSession,
    prefix: string,
    nodeId: string,
    clock: Clock,
  ): Promise<WorkerIdLease> {
    const lease = new WorkerIdLease(session, prefix, nodeId, clock);
    await lease.takeAny();
    lease.renewLater();
    return lease;
  }

  get current(): number {
    return this.workerId;
  }

  /** Gives the number back. */
  async release(): Promise<void> {
    this.stop();
    await this.session.run(releaseWorkerId, [`${this.prefix}:${this.workerId}`], [this.holder, REST_MS]);
  }

  /** Keeps it no longer. */
  stop(): void {
    this.isClosed = true;
    this.cancelTimer?.();
  }

  /** The one it had, if it can be had; the script looks at that first. */
  private async takeAny(): Promise<void> {
    const args = [this.holder, this.workerId, WORKERS, LEASE_MS];
    const taken = numberOf(await this.session.run(takeWorkerId, [this.prefix], args));
    if (taken < 0) {
      throw new CatgaError('CATGA_OVERLOADED', `All ${WORKERS} worker ids of the namespace are given out.`);
    }
    this.workerId = taken;
  }

  private renewLater(): void {
    this.cancelTimer = this.clock.setTimer(RENEW_AFTER_MS, () => void this.renew(), true);
  }

  private async renew(): Promise<void> {
    try {
      await this.takeAny();
    } catch {
      // The broker is away; what it says when it is back decides.
    }
    if (!this.isClosed) this.renewLater();
  }
}
