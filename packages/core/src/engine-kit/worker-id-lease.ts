import { CatgaError } from '../errors/catga-error.js';
import { DEFAULT_ID_LAYOUT } from '../ids/id-layout.js';
import type { Clock } from '../ports/clock.js';

/** How many generators of ids a namespace has room for: what the default layout has bits for. */
export const WORKERS = 2 ** DEFAULT_ID_LAYOUT.workerBits;

/** After how long without renewal the broker drops a lease, in milliseconds. */
export const WORKER_LEASE_MS = 60_000;
const RENEW_AFTER_MS = WORKER_LEASE_MS / 4;

/** Where the worker ids of a namespace are given out. Each belongs to one connection, whose mark the broker compares. */
export interface WorkerIdStore {
  /**
   * Takes an id, or renews the one that is held; prefers `current`. Resolves with undefined if all are taken.
   * @param current the id that is held, or was; undefined at first
   */
  take(current: number | undefined): Promise<number | undefined>;
  /** Gives the id back. No effect on one that another connection holds by now. */
  giveBack(workerId: number): Promise<void>;
}

/** The error of a namespace without a free worker id: `CATGA_OVERLOADED`. */
export function noWorkerIdError(): CatgaError {
  return new CatgaError(
    'CATGA_OVERLOADED',
    `All ${WORKERS} worker ids of the namespace are leased: too many nodes are connected, or were within the last minute.`,
    { details: { workers: WORKERS } },
  );
}

/**
 * A lease on a number that no other connection of the namespace has, renewed four times in its life. A holder that
 * stood still for too long, and whose number another has by now, cannot renew it and takes another.
 */
export class WorkerIdLease {
  private workerId: number | undefined;
  private cancelTimer: (() => void) | undefined;
  private isClosed = false;

  private constructor(
    private readonly store: WorkerIdStore,
    private readonly clock: Clock,
  ) {}

  /** @throws CatgaError `CATGA_OVERLOADED` if all numbers are leased */
  static async take(store: WorkerIdStore, clock: Clock): Promise<WorkerIdLease> {
    const lease = new WorkerIdLease(store, clock);
    await lease.takeOrRenew();
    lease.renewLater();
    return lease;
  }

  get current(): number {
    return this.workerId ?? 0;
  }

  /** Renews it no more, so that it lapses. */
  stop(): void {
    this.isClosed = true;
    this.cancelTimer?.();
  }

  /** Gives the number back. */
  async release(): Promise<void> {
    this.stop();
    await this.store.giveBack(this.current);
  }

  private async takeOrRenew(): Promise<void> {
    const taken = await this.store.take(this.workerId);
    if (taken === undefined) throw noWorkerIdError();
    this.workerId = taken;
  }

  private renewLater(): void {
    this.cancelTimer = this.clock.setTimer(RENEW_AFTER_MS, () => void this.renew(), true);
  }

  private async renew(): Promise<void> {
    try {
      await this.takeOrRenew();
    } catch {
      // The broker is away; what it says when it is back decides.
    }
    if (!this.isClosed) this.renewLater();
  }
}
