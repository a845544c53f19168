import { CatgaError } from '../../errors/catga-error.js';
import type { Cancellation } from '../../time/cancellation.js';
import type { Timetable } from '../../time/timetable.js';

/** How much a node takes on at a time. */
export interface ConcurrencyLimits {
  /** Messages handled at the same time. */
  readonly maxInFlight: number;
  /** Requests that wait for a place when all are taken; beyond it `CATGA_OVERLOADED`. */
  readonly maxQueued: number;
  /** How long a request waits for a place, in milliseconds; then `CATGA_OVERLOADED`. */
  readonly queueTimeoutMs: number;
}

/** A request that waits for a place; it has left the queue when there is nothing to call. */
interface Waiter {
  admit: (() => void) | undefined;
  readonly refuse: (reason: CatgaError) => void;
}

const ADVICE =
  'A handler that sends through the mediator waits for a second place; through its context it does not.';

/** Counts what is being handled, bounds it, and says when nothing is. */
export class Admission {
  /** Messages being handled now. */
  inFlight = 0;
  /** Messages handled since the start, failures included. */
  handled = 0;
  /** Requests waiting for a place. */
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

  /** Whether a place is free. */
  get hasRoom(): boolean {
    return this.inFlight < this.limits.maxInFlight;
  }

  /** Takes a place, free or not: for work that was admitted already, as part of other work. */
  enter(): void {
    this.inFlight++;
  }

  /**
   * Takes a place as soon as one is free. Rejects with `CATGA_OVERLOADED` if too many wait already, and with the
   * reason if the message is given up before.
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

  /** Gives the place to who waits longest, or back. */
  leave(): void {
    this.handled++;
    if (this.queued > 0) this.admitNext();
    else if (--this.inFlight === 0 && this.idleListeners.length > 0) this.reportIdle();
  }

  /** Refuses everybody who waits: there will be no place. */
  refuseWaiting(reason: CatgaError): void {
    for (const waiter of this.waiting.slice(this.head)) if (waiter.admit !== undefined) waiter.refuse(reason);
  }

  /** Keeps the node from being idle until the work is settled: its handler, and the record or acknowledgement of it. */
  async hold<T>(work: Promise<T>): Promise<T> {
    this.held++;
    try {
      return await work;
    } finally {
      this.held--;
      this.reportIdle();
    }
  }

  /** Resolves once nothing is being handled, recorded or acknowledged. */
  async idle(): Promise<void> {
    if (!this.isIdle) await new Promise<void>((resolve) => this.idleListeners.push(resolve));
  }

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
    if (!this.isIdle) return;
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
