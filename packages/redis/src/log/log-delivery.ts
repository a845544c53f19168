import type { LogDelivery, StoredMessage } from '@catga/core/engine';

/** An entry delivered by a script. */
export interface TakenEntry {
  readonly id: string;
  readonly attempt: number;
}

/** Settlement of an entry: the number of its next attempt and the delay before it, or 0 to acknowledge it. */
export interface Settlement {
  readonly delivery: RedisDelivery;
  readonly nextAttempt: number;
  readonly delayMs: number;
}

/** Delivery of one attempt. The consumer group knows the holder of an entry: settling one that another consumer holds has no effect. */
export class RedisDelivery implements LogDelivery {
  /** Whether the handler is running. */
  isActive = false;
  private isSettled = false;

  constructor(
    readonly message: StoredMessage,
    readonly problem: Error | undefined,
    readonly entry: TakenEntry,
    private readonly settle: (settlement: Settlement) => Promise<void>,
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

  /** Allows settling again after the broker could not be reached. */
  reopen(): void {
    this.isSettled = false;
  }

  private end(nextAttempt: number, delayMs: number): Promise<void> {
    if (this.isSettled) return Promise.resolve();
    this.isSettled = true;
    return this.settle({ delivery: this, nextAttempt, delayMs: Math.max(0, Math.ceil(delayMs)) });
  }
}

/** Argument of settle-entries. */
export function settlementText({ delivery: { entry }, nextAttempt, delayMs }: Settlement): string {
  return nextAttempt === 0 ? entry.id : `${entry.id} ${nextAttempt} ${delayMs}`;
}

/** Reads `<entry> <attempt> <entry> …`. */
export function takenEntries(text: string): TakenEntry[] {
  if (text === '') return [];
  const words = text.split(' ');
  return Array.from({ length: words.length / 2 }, (_, at) => ({
    id: words[at * 2] ?? '',
    attempt: Number(words[at * 2 + 1]),
  }));
}
