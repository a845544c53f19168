import type { LogConsumer, LogDelivery } from '../ports/durable-log.js';
import type { LogMessage } from '../ports/stored-message.js';
import type { LogEntry } from './log-entry.js';

/** Subscription that a consumer takes messages from. */
export interface ConsumedMessages {
  detach(consumer: MemoryConsumer): void;
  acknowledged(entry: LogEntry): void;
  /** Puts an entry back; its `attempt` and `notBeforeMs` apply to the redelivery. */
  returned(entry: LogEntry, delayMs: number): void;
  /** Number of messages that wait only for a free consumer. */
  readonly waiting: number;
}

/** Redelivery delay after a consumer's callback threw, in milliseconds. */
const CALLBACK_FAILURE_DELAY_MS = 1000;

/** Consumer of one subscription on one node, with its unsettled deliveries. */
export class MemoryConsumer implements LogConsumer {
  private readonly taken = new Set<MemoryDelivery>();
  private isStopped = false;

  constructor(
    private readonly subscription: ConsumedMessages,
    private readonly concurrency: number,
    private readonly deliver: (delivery: LogDelivery) => void,
  ) {}

  /** Messages being handled here or ready to be. */
  get due(): number {
    return this.taken.size + (this.isStopped ? 0 : this.subscription.waiting);
  }

  get hasRoom(): boolean {
    return this.taken.size < this.concurrency;
  }

  /** Delivers an entry to the callback. If the callback throws, the message is redelivered; other deliveries go on. */
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
    this.isStopped = true;
    this.subscription.detach(this);
    return Promise.resolve();
  }

  /** Stops and gives back unsettled messages; their deliveries have no effect from then on. */
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

/** Delivery fenced by its holder's set of unsettled deliveries: once it is not in the set, it settles nothing. */
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
