import { DeliveryWindow } from '@catga/core/engine';
import type { Clock, LogDelivery } from '@catga/core/engine';
import type { RedisDelivery } from './log-delivery.js';

/** After how long a message is delivered again whose consumer's callback threw, in milliseconds. */
const CALLBACK_FAILURE_DELAY_MS = 1000;

/** What a consumer took and has not settled: what its handler has, and what is ready to follow. */
export class DeliveriesInHand {
  private readonly window: DeliveryWindow;
  private ready: RedisDelivery[] = [];
  private active = 0;

  constructor(
    private readonly concurrency: number,
    private readonly deliver: (delivery: LogDelivery) => void,
    private readonly clock: Clock,
  ) {
    this.window = new DeliveryWindow(concurrency);
  }

  get count(): number {
    return this.active + this.ready.length;
  }

  /** How many more it has use for. Few are not asked for as long as the handler has enough to do. */
  get room(): number {
    const size = this.window.size(this.clock.monotonicMs());
    const room = size - this.count;
    return this.count < this.concurrency || room >= size / 2 ? Math.max(0, room) : 0;
  }

  admit(delivery: RedisDelivery): void {
    if (this.active < this.concurrency) this.start(delivery);
    else this.ready.push(delivery);
  }

  /** One that the handler had is settled; the next one follows. */
  settled(): void {
    this.active--;
    this.window.count();
    const next = this.ready.shift();
    if (next !== undefined) this.start(next);
  }

  /** Takes out what the handler has not begun with. */
  giveUpReady(): readonly RedisDelivery[] {
    const { ready } = this;
    this.ready = [];
    return ready;
  }

  private start(delivery: RedisDelivery): void {
    this.active++;
    delivery.isActive = true;
    try {
      this.deliver(delivery);
    } catch {
      // Not taken; it comes again. What cannot be given back now is ours still when the broker is back.
      delivery.nak(CALLBACK_FAILURE_DELAY_MS).catch(() => {});
    }
  }
}
