import type { CatgaError } from '@catga/core';
import { nextTurn } from '@catga/core/engine';
import type { ClientMessage, ClientSubscription, NatsClientConnection } from './client-connection.js';

/** Delay before a refused subscription is retried, in milliseconds; doubles. */
const FIRST_PAUSE_MS = 250;
const LAST_PAUSE_MS = 4000;

/** One subscription across retries. */
interface Kept {
  readonly subject: string;
  readonly received: (message: ClientMessage) => void;
  current: ClientSubscription;
  refusedWith: CatgaError | undefined;
}

/**
 * Subscriptions of a connection. The client restores them after a reconnect, except refused ones, which are retried
 * here until they are permitted.
 */
export class KeptSubscriptions {
  private readonly all = new Set<Kept>();
  private retry: NodeJS.Timeout | undefined;
  private pauseMs = FIRST_PAUSE_MS;
  private hasEnded = false;

  constructor(
    private readonly connection: NatsClientConnection,
    private readonly isUp: () => boolean,
    /** All subscriptions are permitted again. */
    private readonly permitted: () => void,
  ) {}

  /** Subscribes. Returns a function that unsubscribes, which does nothing without a connection. */
  add(subject: string, received: (message: ClientMessage) => void): () => ClientSubscription | undefined {
    const kept: Kept = {
      subject,
      received,
      current: this.subscribe(subject, received),
      refusedWith: undefined,
    };
    this.all.add(kept);
    return () => {
      if (!this.all.delete(kept) || kept.refusedWith !== undefined || this.connection.isClosed())
        return undefined;
      return kept.current;
    };
  }

  /** The server refused a subject. */
  refused(subject: string, error: CatgaError): void {
    for (const kept of this.all) if (kept.subject === subject) kept.refusedWith = error;
    if (this.refusal !== undefined) this.tryLater();
  }

  /** Why a subscription was refused; undefined if it was not. */
  refusalOf(subject: string): CatgaError | undefined {
    for (const kept of this.all) if (kept.subject === subject) return kept.refusedWith;
    return undefined;
  }

  /** Why any of them was refused. */
  get refusal(): CatgaError | undefined {
    for (const { refusedWith } of this.all) if (refusedWith !== undefined) return refusedWith;
    return undefined;
  }

  /** Ends them all. */
  end(): void {
    this.hasEnded = true;
    clearTimeout(this.retry);
    for (const { current, refusedWith } of this.all) if (refusedWith === undefined) current.unsubscribe();
  }

  private subscribe(subject: string, received: (message: ClientMessage) => void): ClientSubscription {
    return this.connection.subscribe(subject, {
      callback: (error, message) => {
        if (error === null) received(message);
      },
    });
  }

  private tryLater(): void {
    if (this.hasEnded || this.retry !== undefined) return;
    this.retry = setTimeout(() => {
      this.retry = undefined;
      this.pauseMs = Math.min(LAST_PAUSE_MS, 2 * this.pauseMs);
      this.tryAgain().catch(() => this.tryLater());
    }, this.pauseMs);
    this.retry.unref();
  }

  private async tryAgain(): Promise<void> {
    if (this.hasEnded || this.connection.isClosed()) return;
    if (!this.isUp()) return this.tryLater();
    const refused = [...this.all].filter(({ refusedWith }) => refusedWith !== undefined);
    for (const kept of refused) {
      kept.refusedWith = undefined;
      kept.current = this.subscribe(kept.subject, kept.received);
    }
    await this.connection.flush();
    await nextTurn(); // Earlier messages of the server are handled by then.
    if (this.refusal !== undefined || this.hasEnded) return;
    this.pauseMs = FIRST_PAUSE_MS;
    this.permitted();
  }
}
