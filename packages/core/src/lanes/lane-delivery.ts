import type { DeliveryHandling, LogDelivery } from '../ports/durable-log.js';
import type { LogMessage } from '../ports/stored-message.js';
import type { LaneEntry } from './lane-entry.js';
import type { LaneShare } from './lane-share.js';

/** Delivery of one attempt at an event. */
export class LaneDelivery implements LogDelivery {
  readonly message: LogMessage;
  readonly attempt: number;
  readonly problem: Error | undefined;
  readonly isRecordedWhenDone: boolean;
  /** Its handling, to be aborted if the lane is lost. */
  handledBy?: DeliveryHandling;
  /** Index in the running deliveries of {@link LaneShare}. */
  place = -1;
  private isSettled = false;

  constructor(
    private readonly share: LaneShare,
    readonly entry: LaneEntry,
    isFresh: boolean,
  ) {
    this.message = entry.message;
    this.problem = entry.problem;
    this.attempt = entry.attempts + 1;
    this.isRecordedWhenDone = isFresh;
  }

  ack(isConfirmed = false): Promise<void> | undefined {
    if (this.isSettled) return undefined;
    this.isSettled = true;
    this.share.done(this);
    return isConfirmed ? this.share.confirmed() : undefined;
  }

  nak(delayMs: number): Promise<void> {
    if (this.isSettled) return SETTLED;
    this.isSettled = true;
    this.share.returned(this, delayMs, this.attempt);
    return SETTLED;
  }

  release(delayMs = 0): Promise<void> {
    if (this.isSettled) return SETTLED;
    this.isSettled = true;
    this.share.returned(this, delayMs, this.attempt - 1);
    return SETTLED;
  }
}

const SETTLED = Promise.resolve();
