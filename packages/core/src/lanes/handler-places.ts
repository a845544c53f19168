import type { DeliveryHandling, LogDelivery } from '../ports/durable-log.js';
import type { LogMessage } from '../ports/stored-message.js';

/** Redelivery delay of a message whose callback threw, in milliseconds. */
const CALLBACK_FAILURE_DELAY_MS = 1000;

/** Handler slots of one subscription on this node, shared by its lanes and, for commands, the engine's queue, which take turns. */
export class HandlerPlaces {
  /** Schedules a call of {@link beginNext}; undefined without lanes. */
  schedule: (() => void) | undefined;
  private taken = 0;
  private isTurnOfQueue = false;
  /** Deliveries of the queue, at most as many as there are slots. */
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

  /** Adds a delivery of the queue, which is handled once a slot is free. */
  add(delivery: LogDelivery): void {
    if (this.schedule === undefined) return this.begin(delivery);
    this.waiting.push(delivery);
    this.schedule();
  }

  /**
   * Begins one delivery, of the lanes or the queue. Returns whether there was one. @param beginOfLanes begins a delivery of the lanes, and
   * returns whether there was one
   */
  beginNext(beginOfLanes: () => boolean): boolean {
    const isTurnOfQueue = this.isTurnOfQueue && this.areWaitedFor;
    this.isTurnOfQueue = !isTurnOfQueue;
    if (!isTurnOfQueue && beginOfLanes()) return true;
    const delivery = this.waiting.shift();
    if (delivery !== undefined) this.begin(delivery);
    return delivery !== undefined;
  }

  /** Gives back waiting deliveries, after the queue was left. */
  giveBack(): void {
    // If this fails, the engine redelivers it.
    for (const delivery of this.waiting.splice(0)) delivery.release().catch(() => {});
  }

  /** Delivers to the callback. If it throws, the delivery is given back, and neither peers nor the process are affected. */
  hand(delivery: LogDelivery): void {
    try {
      this.handle(delivery);
    } catch {
      delivery.nak(CALLBACK_FAILURE_DELAY_MS).catch(() => {}); // If this fails, the engine redelivers it.
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

/** A delivery of the queue, which occupies a slot until it is settled. */
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
