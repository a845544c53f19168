import type { LogServices } from './log-services.js';

/** The word that this connection is there, which Redis forgets when it is not renewed. */
export class ConsumerLease {
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

  private get key(): string {
    return `${this.services.prefix}:alive:${this.services.consumer}`;
  }

  private async renew(): Promise<void> {
    const { session, leaseMs } = this.services;
    // Where it is there already it needs no memory, and a server that is full takes nobody for gone.
    if ((await session.ask((client) => client.pexpire(this.key, leaseMs))) === 1) return;
    await session.ask((client) => client.set(this.key, '', 'PX', leaseMs));
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
