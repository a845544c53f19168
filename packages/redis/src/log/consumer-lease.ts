import { numberOf } from '../connection/lua-script.js';
import { keepMark } from '../connection/scripts/keep-mark.lua.js';
import type { LogServices } from './log-services.js';
import { aliveKey } from './queue-keys.js';

/** The word that this connection is there, which Redis forgets when it is not renewed. */
export class ConsumerLease {
  /** When it was taken, or taken anew because it had lapsed. */
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

  /** Renews it no longer. */
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
   * Renews it, and tells whether those who had time to do the same did so: after a server stood still or was away
   * everybody's lease has lapsed, and who finds that its own had waits for the others.
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
          .catch(() => {}) // The broker is away; it is told when it is back.
          .finally(() => void (!this.isClosed && this.renewLater())),
      true,
    );
  }
}
