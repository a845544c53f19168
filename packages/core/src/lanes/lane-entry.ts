import type { LogMessage } from '../ports/stored-message.js';
import type { FrameSlot } from './frame-window.js';
import type { KeyLine } from './key-line.js';

/** An event of one subscription, from reading until it is settled. */
export class LaneEntry {
  /** The next entry of its key, which waits for this one. */
  next: LaneEntry | undefined;
  /** Due time of the next attempt, in monotonic milliseconds. */
  dueMs = 0;
  /** Whether it was cancelled before it began; holders drop it. */
  isCancelled = false;

  /**
   * @param isFresh whether its id is new and never reused @param attempts number of failed attempts @param isSuspect whether it may have
   * crashed an owner: it is handled alone
   */
  constructor(
    readonly slot: FrameSlot,
    readonly index: number,
    public message: LogMessage,
    readonly isFresh: boolean,
    public attempts: number,
    public isSuspect: boolean,
    readonly line: KeyLine | undefined,
    /** Decoding error. */
    readonly problem?: Error,
    /** Number of attempts that ended the process while handled alone. */
    readonly kills = 0,
  ) {}

  /** Copies the body, to release its frame while the entry waits. */
  detach(): void {
    const { body } = this.message;
    if (typeof body !== 'string' && body.byteLength * 2 < body.buffer.byteLength)
      this.message = { ...this.message, body: body.slice() };
  }
}
