import { numberOf } from '../connection/lua-script.js';
import { keepMark } from '../connection/scripts/keep-mark.lua.js';
import type { LogServices } from './log-services.js';
import { aliveKey } from './queue-keys.js';

/** Lease of this connection's consumer: a key that expires unless renewed. */
export class ConsumerLease {
  /** Time when it was last acquired, initially or after it had expired. */
  private heldSinceMs = Infinity;
  private cancelTimer: (() => void) | undefined;
  private stopListening: (() => void) | undefined;
  private isClosed = false;

  private constructor(private readonly services: LogServices) {}

  static async take(services: LogServices): Promise<ConsumerLease> {
    const lease = new ConsumerLease(services);
    await lease.renew();
    lease.stopListening = services.session.onReturn(() => void lease.renew().catch(() => {}));
    lease.renewLater();
    return lease;
  }

  /** Stops renewing. */
  stop(): void {
    this.isClosed = true;
    this.cancelTimer?.();
    this.stopListening?.();
  }

  async release(): Promise<void> {
    this.stop();
    await this.services.session.ask((client) => client.del(this.key));
  }

  /**
   * Renews the lease. Resolves with whether other consumers have had time to renew theirs: after an outage all leases have expired, so a
   * consumer whose own had expired waits for the others.
   */
  async hasOutlastedRenewals(): Promise<boolean> {
    await this.renew();
    return this.services.clock.monotonicMs() - this.heldSinceMs >= this.services.leaseMs / 2;
  }

  private get key(): string {
    return aliveKey(this.services.prefix, this.services.consumer);
  }

  private async renew(): Promise<void> {
    const { session, leaseMs, clock } = this.services;
    const wasHeld = numberOf(await session.run(keepMark, [this.key], [leaseMs])) === 1;
    if (!wasHeld || this.heldSinceMs === Infinity) this.heldSinceMs = clock.monotonicMs();
  }

  private renewLater(): void {
    const { clock, leaseMs } = this.services;
    this.cancelTimer = clock.setTimer(
      leaseMs / 4,
      () =>
        void this.renew()
          .catch(() => {}) // The broker is unavailable; renewed after the reconnect.
          .finally(() => void (!this.isClosed && this.renewLater())),
      true,
    );
  }
}
