import type { LogMessage } from '../ports/stored-message.js';
import type { FrameSlot } from './frame-window.js';
import type { KeyLine } from './key-line.js';

/** One event as one subscription keeps it, from when it is read until it is done. */
export class LaneEntry {
  /** The next of its key, which waits for this one. */
  next: LaneEntry | undefined;
  /** Monotonic milliseconds before which it is not handled again. */
  dueMs = 0;
  /** It was cancelled before it began; whoever has it still lets go of it. */
  isCancelled = false;

  /**
   * @param isFresh its id is nobody's else, and never comes again
   * @param attempts how many have failed
   * @param isSuspect may have been what ended an owner: it is handled while nothing else is
   */
  constructor(
    readonly slot: FrameSlot,
    readonly index: number,
    public message: LogMessage,
    readonly isFresh: boolean,
    public attempts: number,
    public isSuspect: boolean,
    readonly line: KeyLine | undefined,
    /** Why it cannot be decoded. */
    readonly problem?: Error,
    /** How many of the attempts ended the process while nothing else was handled. */
    readonly kills = 0,
  ) {}

  /** Lets go of the frame that its body is a part of, for it may wait for long. */
  detach(): void {
    const { body } = this.message;
    if (typeof body !== 'string' && body.byteLength * 2 < body.buffer.byteLength)
      this.message = { ...this.message, body: body.slice() };
  }
}
