import type { DeliveryHandling, LogDelivery } from '../ports/durable-log.js';
import type { LogMessage } from '../ports/stored-message.js';

/** After how long a message is handled again whose consumer's callback threw, in milliseconds. */
const CALLBACK_FAILURE_DELAY_MS = 1000;

/**
 * What is handled at a time of one subscription on this node, whichever way it comes: from its lanes, and, of commands, from the
 * engine's queue. The two take turns.
 */
export class HandlerPlaces {
  /** Has {@link beginNext} called soon; undefined while nothing comes from lanes. */
  schedule: (() => void) | undefined;
  private taken = 0;
  private isTurnOfQueue = false;
  /** Of the queue, which hands over no more than there are places. */
  private readonly waiting: LogDelivery[] = [];

  constructor(
    private readonly most: number,
    private readonly handle: (delivery: LogDelivery) => void,
  ) {}

  get areFree(): boolean {
    return this.taken < this.most;
  }

  get areWaitedFor(): boolean {
    return this.waiting.length > 0;
  }

  take(): void {
    this.taken++;
  }

  leave(): void {
    this.taken--;
  }

  /** One of the queue, which is handled as soon as there is a place for it. */
  add(delivery: LogDelivery): void {
    if (this.schedule === undefined) return this.begin(delivery);
    this.waiting.push(delivery);
    this.schedule();
  }

  /**
   * Begins one, of the lanes or of the queue. Returns whether there was one.
   * @param beginOfLanes begins one of theirs, and returns whether there was one
   */
  beginNext(beginOfLanes: () => boolean): boolean {
    const isTurnOfQueue = this.isTurnOfQueue && this.areWaitedFor;
    this.isTurnOfQueue = !isTurnOfQueue;
    if (!isTurnOfQueue && beginOfLanes()) return true;
    const delivery = this.waiting.shift();
    if (delivery !== undefined) this.begin(delivery);
    return delivery !== undefined;
  }

  /** Gives back what waits, after the queue was left. */
  giveBack(): void {
    // What cannot be told now comes back by itself.
    for (const delivery of this.waiting.splice(0)) delivery.release().catch(() => {});
  }

  /** Calls back. A callback that throws has not taken the delivery, and hurts neither its peers nor the process. */
  hand(delivery: LogDelivery): void {
    try {
      this.handle(delivery);
    } catch {
      delivery.nak(CALLBACK_FAILURE_DELAY_MS).catch(() => {}); // What cannot be told now comes back by itself.
    }
  }

  private begin(delivery: LogDelivery): void {
    this.take();
    this.hand(new PlacedDelivery(delivery, this.ended));
  }

  private readonly ended = (): void => {
    this.leave();
    this.schedule?.();
  };
}

/** A delivery of the queue, which has its place until it is settled. */
class PlacedDelivery implements LogDelivery {
  readonly message: LogMessage;
  readonly attempt: number;
  readonly problem: Error | undefined;
  private hasPlace = true;

  constructor(
    private readonly delivery: LogDelivery,
    private readonly onEnd: () => void,
  ) {
    this.message = delivery.message;
    this.attempt = delivery.attempt;
    this.problem = delivery.problem;
  }

  set handledBy(handling: DeliveryHandling | undefined) {
    this.delivery.handledBy = handling;
  }

  ack(isConfirmed?: boolean): Promise<void> | undefined {
    const acknowledged = this.delivery.ack(isConfirmed);
    this.end();
    return acknowledged;
  }

  nak(delayMs: number): Promise<void> {
    const returned = this.delivery.nak(delayMs);
    this.end();
    return returned;
  }

  release(delayMs?: number): Promise<void> {
    const released = this.delivery.release(delayMs);
    this.end();
    return released;
  }

  private end(): void {
    if (!this.hasPlace) return;
    this.hasPlace = false;
    this.onEnd();
  }
}
