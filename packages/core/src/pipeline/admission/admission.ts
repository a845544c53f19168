import { CatgaError } from '../../errors/catga-error.js';
import type { Cancellation } from '../../time/cancellation.js';
import type { Timetable } from '../../time/timetable.js';

/** Concurrency limits of a node. */
export interface ConcurrencyLimits {
  /** Maximum number of concurrently handled messages. */
  readonly maxInFlight: number;
  /** Maximum number of requests waiting for a slot; beyond it `CATGA_OVERLOADED`. */
  readonly maxQueued: number;
  /** Maximum wait for a slot, in milliseconds; then `CATGA_OVERLOADED`. */
  readonly queueTimeoutMs: number;
}

/** A request waiting for a slot; without a callback it has left the queue. */
interface Waiter {
  admit: (() => void) | undefined;
  readonly refuse: (reason: CatgaError) => void;
}

const ADVICE =
  'A handler that sends through the mediator waits for a second place; through its context it does not.';

/** Admission control: counts and limits running handlers, and reports idleness. */
export class Admission {
  /** Number of running handlers. */
  inFlight = 0;
  /** Number of messages handled since the start, failures included. */
  handled = 0;
  /** Number of requests waiting for a slot. */
  queued = 0;
  private waiting: Waiter[] = [];
  private head = 0;
  /** Work whose handler is done or not yet called, but which a stopping node has to see through. */
  private held = 0;
  private idleListeners: (() => void)[] = [];

  constructor(
    private readonly limits: ConcurrencyLimits,
    private readonly timetable: Timetable,
    /** What the error of those who waited in vain says of how that may come about. */
    private readonly advice = ADVICE,
  ) {}

  /** Whether a slot is free. */
  get hasRoom(): boolean {
    return this.inFlight < this.limits.maxInFlight;
  }

  /** Takes a slot, free or not: for messages sent by an admitted handler. */
  enter(): void {
    this.inFlight++;
  }

  /**
   * Takes a slot as soon as one is free. Rejects with `CATGA_OVERLOADED` if too many requests wait already, and with the
   * reason if the message is cancelled before.
   */
  async enterWhenFree(name: string, cancellation: Cancellation): Promise<void> {
    if (this.hasRoom) return this.enter();
    if (this.queued >= this.limits.maxQueued) throw this.overloaded(name);
    await new Promise<void>((admit, refuse) => {
      const deadline = this.timetable.after(this.limits.queueTimeoutMs, () => {
        waiter.refuse(this.waitedTooLong(name));
      });
      const leaveQueue = (): void => {
        cancellation.holdUp(undefined);
        this.timetable.remove(deadline);
      };
      const waiter: Waiter = {
        admit() {
          leaveQueue();
          admit();
        },
        refuse: (reason) => {
          leaveQueue();
          waiter.admit = undefined;
          this.queued--;
          this.compact();
          refuse(reason);
        },
      };
      this.waiting.push(waiter);
      this.queued++;
      cancellation.holdUp(waiter.refuse);
    });
  }

  /** Passes the slot to the longest waiting request, or frees it. */
  leave(): void {
    this.handled++;
    if (this.queued > 0) this.admitNext();
    else if (--this.inFlight === 0) this.reportIdle();
  }

  /** Passes the slot on when a handler has ended, and hands on how. */
  leaveAfter<T>(outcome: Promise<T>): Promise<T> {
    return outcome.then(this.left, this.leftFailed);
  }

  /** Rejects all waiting requests. */
  refuseWaiting(reason: CatgaError): void {
    for (const waiter of this.waiting.slice(this.head)) if (waiter.admit !== undefined) waiter.refuse(reason);
  }

  /** Keeps the node busy until a promise settles: a handler, a record or an acknowledgement. */
  hold<T>(work: Promise<T>): Promise<T> {
    this.beginWork();
    return work.then(this.released, this.releasedFailed);
  }

  /** Keeps the node busy until {@link endWork}. */
  beginWork(): void {
    this.held++;
  }

  endWork(): void {
    this.held--;
    this.reportIdle();
  }

  /** Resolves once no handler, record or acknowledgement is pending. */
  async idle(): Promise<void> {
    if (!this.isIdle) await new Promise<void>((resolve) => this.idleListeners.push(resolve));
  }

  private readonly left = <T>(value: T): T => {
    this.leave();
    return value;
  };

  private readonly leftFailed = (thrown: unknown): never => {
    this.leave();
    throw thrown;
  };

  private readonly released = <T>(value: T): T => {
    this.endWork();
    return value;
  };

  private readonly releasedFailed = (thrown: unknown): never => {
    this.endWork();
    throw thrown;
  };

  private get isIdle(): boolean {
    return this.inFlight === 0 && this.held === 0;
  }

  private admitNext(): void {
    for (;;) {
      const waiter = this.waiting[this.head++];
      if (waiter === undefined) break;
      const { admit } = waiter;
      if (admit === undefined) continue;
      this.queued--;
      this.compact();
      admit();
      return;
    }
  }

  private compact(): void {
    if (this.waiting.length < 2 * this.queued + 64) return;
    this.waiting = this.waiting.slice(this.head).filter(({ admit }) => admit !== undefined);
    this.head = 0;
  }

  private reportIdle(): void {
    if (this.idleListeners.length === 0 || !this.isIdle) return;
    const listeners = this.idleListeners;
    this.idleListeners = [];
    for (const listener of listeners) listener();
  }

  private waitedTooLong(name: string): CatgaError {
    const { maxInFlight, queueTimeoutMs } = this.limits;
    return new CatgaError(
      'CATGA_OVERLOADED',
      `${name} was refused: all ${maxInFlight} slots were in use for ${queueTimeoutMs} ms. ${this.advice}`,
      { details: { name, maxInFlight, queueTimeoutMs } },
    );
  }

  private overloaded(name: string): CatgaError {
    const { maxInFlight, maxQueued } = this.limits;
    return new CatgaError(
      'CATGA_OVERLOADED',
      `${name} was refused: the limit of ${maxInFlight} messages in flight and ${maxQueued} waiting is reached.`,
      { details: { name, maxInFlight, maxQueued } },
    );
  }
}
