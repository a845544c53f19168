import { DeliveryWindow } from '@catga/core/engine';
import type { Clock, LogDelivery } from '@catga/core/engine';
import type { RedisDelivery } from './log-delivery.js';

/** Redelivery delay of a message whose callback threw, in milliseconds. */
const CALLBACK_FAILURE_DELAY_MS = 1000;

/** Unsettled deliveries of a consumer: running ones, and prefetched ones. */
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

  /** Number of further messages to prefetch. Small numbers are not requested while the handler is busy. */
  get room(): number {
    const size = this.window.size(this.clock.monotonicMs());
    const room = size - this.count;
    return this.count < this.concurrency || room >= size / 2 ? Math.max(0, room) : 0;
  }

  admit(delivery: RedisDelivery): void {
    if (this.active < this.concurrency) this.start(delivery);
    else this.ready.push(delivery);
  }

  /** Called when a running delivery is settled; starts the next one. */
  settled(): void {
    this.active--;
    this.window.count();
    const next = this.ready.shift();
    if (next !== undefined) this.start(next);
  }

  /** Removes and returns the prefetched deliveries. */
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
      // Redelivered later. If giving back fails, the entry is still ours after the reconnect.
      delivery.nak(CALLBACK_FAILURE_DELAY_MS).catch(() => {});
    }
  }
}
