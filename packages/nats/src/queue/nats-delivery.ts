import type { LogDelivery, StoredMessage } from '@catga/core/engine';

/** What a delivery is settled with. */
export interface DeliveryHolder {
  acknowledge(delivery: NatsDelivery, isConfirmed: boolean): Promise<void>;
  giveBack(delivery: NatsDelivery, delayMs: number): Promise<void>;
  release(delivery: NatsDelivery, delayMs: number): Promise<void>;
}

/** Where a delivery came from, and how it is settled there. */
export interface DeliveryOrigin {
  /** The name of the consumer. */
  readonly consumer: string;
  readonly sequence: number;
  /** The subject to settle it on. */
  readonly reply: string;
  /** How often the server has delivered the message, this time included. */
  readonly deliveries: number;
  readonly storedAtMs: number;
}

/** Its holder's set of unsettled deliveries is the fence: one that is no longer in it settles nothing. */
export class NatsDelivery implements LogDelivery {
  /** When the server was last told that it is being worked on, in monotonic milliseconds. */
  touchedMs = 0;
  /** Whether it was handed to its handler. */
  isActive = false;
  attempt = 1;
  /** Whether the attempt was noted. */
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
