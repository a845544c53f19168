import { CatgaError } from '../errors/catga-error.js';
import { DEFAULT_ID_LAYOUT } from '../ids/id-layout.js';
import type { Clock } from '../ports/clock.js';

/** Number of worker ids of a namespace: the range of the default layout. */
export const WORKERS = 2 ** DEFAULT_ID_LAYOUT.workerBits;

/** Duration of a lease without renewal, in milliseconds. */
export const WORKER_LEASE_MS = 60_000;
const RENEW_AFTER_MS = WORKER_LEASE_MS / 4;

/** Store of worker id leases of a namespace. Each belongs to one connection, identified by its mark. */
export interface WorkerIdStore {
  /**
   * Leases an id, or renews the current lease; prefers `current`. Resolves with undefined if all are leased.
   * @param current the current or previous id; undefined at first
   */
  take(current: number | undefined): Promise<number | undefined>;
  /** Releases the id. No effect if another connection has leased it since. */
  giveBack(workerId: number): Promise<void>;
}

/** Error of a namespace without a free worker id: `CATGA_OVERLOADED`. */
export function noWorkerIdError(): CatgaError {
  return new CatgaError(
    'CATGA_OVERLOADED',
    `All ${WORKERS} worker ids of the namespace are leased: too many nodes are connected, or were within the last minute.`,
    { details: { workers: WORKERS } },
  );
}

/**
 * Lease on a worker id, renewed four times per lease duration. If the process was suspended and another connection has
 * leased the id since, it takes another id.
 */
export class WorkerIdLease {
  private workerId: number | undefined;
  private cancelTimer: (() => void) | undefined;
  private isClosed = false;

  private constructor(
    private readonly store: WorkerIdStore,
    private readonly clock: Clock,
  ) {}

  /** @throws CatgaError `CATGA_OVERLOADED` if all ids are leased */
  static async take(store: WorkerIdStore, clock: Clock): Promise<WorkerIdLease> {
    const lease = new WorkerIdLease(store, clock);
    await lease.takeOrRenew();
    lease.renewLater();
    return lease;
  }

  get current(): number {
    return this.workerId ?? 0;
  }

  /** Stops renewing, so that the lease expires. */
  stop(): void {
    this.isClosed = true;
    this.cancelTimer?.();
  }

  /** Releases the id. */
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
      // The broker is away; the next renewal decides.
    }
    if (!this.isClosed) this.renewLater();
  }
}
