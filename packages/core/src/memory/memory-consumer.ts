import type { LogConsumer, LogDelivery } from '../ports/durable-log.js';
import type { LogMessage } from '../ports/stored-message.js';
import type { LogEntry } from './log-entry.js';

/** The subscription that a consumer takes from. */
export interface ConsumedMessages {
  detach(consumer: MemoryConsumer): void;
  acknowledged(entry: LogEntry): void;
  /** `attempt` and `notBeforeMs` of the entry say when it is delivered again, and as which attempt. */
  returned(entry: LogEntry, delayMs: number): void;
  /** Messages that wait for nothing but a consumer with room. */
  readonly waiting: number;
}

/** After how long a message is delivered again whose consumer's callback threw, in milliseconds. */
const CALLBACK_FAILURE_DELAY_MS = 1000;

/** One node's part in one subscription, and the deliveries it has taken and not settled. */
export class MemoryConsumer implements LogConsumer {
  private readonly taken = new Set<MemoryDelivery>();

  constructor(
    private readonly subscription: ConsumedMessages,
    private readonly concurrency: number,
    private readonly deliver: (delivery: LogDelivery) => void,
  ) {}

  /** Messages that are being handled here, or could be. */
  get due(): number {
    return this.taken.size + this.subscription.waiting;
  }

  get hasRoom(): boolean {
    return this.taken.size < this.concurrency;
  }

  /** Hands an entry to the callback. One that throws has not taken it, and hurts neither its peers nor the process. */
  take(entry: LogEntry): void {
    const delivery = new MemoryDelivery(this, entry);
    this.taken.add(delivery);
    try {
      this.deliver(delivery);
    } catch {
      void delivery.nak(CALLBACK_FAILURE_DELAY_MS);
    }
  }

  stop(): Promise<void> {
    this.subscription.detach(this);
    return Promise.resolve();
  }

  /** Stops, and gives back what was taken and not settled. The deliveries are then void. */
  leave(): void {
    this.subscription.detach(this);
    const unsettled = [...this.taken];
    this.taken.clear();
    for (const { entry } of unsettled) this.subscription.returned(entry, 0);
  }

  acknowledge(delivery: MemoryDelivery): void {
    if (this.taken.delete(delivery)) this.subscription.acknowledged(delivery.entry);
  }

  giveBack(delivery: MemoryDelivery, delayMs: number, nextAttempt: number): void {
    if (!this.taken.delete(delivery)) return;
    delivery.entry.attempt = nextAttempt;
    this.subscription.returned(delivery.entry, delayMs);
  }
}

/** Its holder's set of unsettled deliveries is the fence: a delivery that is no longer in it settles nothing. */
class MemoryDelivery implements LogDelivery {
  readonly attempt: number;

  constructor(
    private readonly holder: MemoryConsumer,
    readonly entry: LogEntry,
  ) {
    this.attempt = entry.attempt;
  }

  get message(): LogMessage {
    return this.entry.message;
  }

  ack(): Promise<void> {
    this.holder.acknowledge(this);
    return SETTLED;
  }

  nak(delayMs: number): Promise<void> {
    this.holder.giveBack(this, delayMs, this.attempt + 1);
    return SETTLED;
  }

  release(delayMs = 0): Promise<void> {
    this.holder.giveBack(this, delayMs, this.attempt);
    return SETTLED;
  }
}

const SETTLED = Promise.resolve();
