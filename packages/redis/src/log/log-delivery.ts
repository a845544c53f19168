import type { LogDelivery, StoredMessage } from '@catga/core/engine';

/** An entry as a script handed it over. */
export interface TakenEntry {
  readonly id: string;
  readonly attempt: number;
  /** As scripts write it: with '=' before it, '' if there is none. */
  readonly key: string;
}

/** What becomes of an entry: the number of its next attempt and how long it waits for it, or 0 if it is done with. */
export interface Settlement {
  readonly entry: TakenEntry;
  readonly nextAttempt: number;
  readonly delayMs: number;
}

/** One attempt. The group knows who has the entry: what a delivery settles that somebody else has by now has no effect. */
export class RedisDelivery implements LogDelivery {
  /** Whether the handler has it. */
  isActive = false;
  private isSettled = false;

  constructor(
    readonly message: StoredMessage,
    readonly problem: Error | undefined,
    private readonly entry: TakenEntry,
    private readonly settle: (settlement: Settlement, wasActive: boolean) => Promise<void>,
  ) {}

  get attempt(): number {
    return this.entry.attempt;
  }

  ack(): Promise<void> {
    return this.end(0, 0);
  }

  nak(delayMs: number): Promise<void> {
    return this.end(this.attempt + 1, delayMs);
  }

  release(delayMs = 0): Promise<void> {
    return this.end(this.attempt, delayMs);
  }

  private async end(nextAttempt: number, delayMs: number): Promise<void> {
    if (this.isSettled) return;
    this.isSettled = true;
    try {
      const settlement = { entry: this.entry, nextAttempt, delayMs: Math.max(0, Math.ceil(delayMs)) };
      const { isActive } = this;
      this.isActive = false;
      await this.settle(settlement, isActive);
    } catch (thrown) {
      this.isSettled = false; // Who could not be told may be told again.
      throw thrown;
    }
  }
}
