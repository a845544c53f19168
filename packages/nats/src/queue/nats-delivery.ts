import type { LogDelivery, StoredMessage } from '@catga/core/engine';

/** Holder of a delivery, which settles it. */
export interface DeliveryHolder {
  acknowledge(delivery: NatsDelivery, isConfirmed: boolean): Promise<void>;
  giveBack(delivery: NatsDelivery, delayMs: number): Promise<void>;
  release(delivery: NatsDelivery, delayMs: number): Promise<void>;
}

/** Origin of a delivery, and the subject that settles it. */
export interface DeliveryOrigin {
  /** Name of the consumer. */
  readonly consumer: string;
  readonly sequence: number;
  /** Acknowledgement subject. */
  readonly reply: string;
  /** Number of deliveries of the message, including this one. */
  readonly deliveries: number;
  readonly storedAtMs: number;
}

/** Delivery fenced by its holder's set of unsettled deliveries: one that is no longer in it settles nothing. */
export class NatsDelivery implements LogDelivery {
  /** Monotonic time of the last in-progress signal, in milliseconds. */
  touchedMs = 0;
  /** Whether it was passed to its handler. */
  isActive = false;
  attempt = 1;
  /** Whether the attempt was recorded. */
  isCounted = false;

  constructor(
    private readonly holder: DeliveryHolder,
    readonly origin: DeliveryOrigin,
    readonly message: StoredMessage,
    readonly problem: Error | undefined,
  ) {}

  ack(isConfirmed = false): Promise<void> {
    return this.holder.acknowledge(this, isConfirmed);
  }

  nak(delayMs: number): Promise<void> {
    return this.holder.giveBack(this, delayMs);
  }

  release(delayMs = 0): Promise<void> {
    return this.holder.release(this, delayMs);
  }
}
