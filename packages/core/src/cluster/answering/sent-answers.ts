import { HALF_OF_FRAMES, framesBetween } from '../../links/frame-clock.js';
import type { Clock } from '../../ports/clock.js';
import type { Timetable, TimetableEntry } from '../../time/timetable.js';
import type { TakenRequest } from './taken-request.js';

/** Memory budget of a node for unacknowledged replies to all other nodes. */
export class AnswerMemory {
  /** Approximate size of the kept replies. */
  bytes = 0;

  constructor(readonly maxBytes: number) {}

  get isFull(): boolean {
    return this.bytes > this.maxBytes;
  }
}

/** Callbacks for the fate of replies. */
export interface AnswerKeeper {
  /** The reply may be lost: write it to the outcome log. */
  record(request: TakenRequest): void;
  /** The reply is acknowledged or logged: discard it. */
  forget(request: TakenRequest): void;
}

/** A frame with unacknowledged replies. */
interface AnswerFrame {
  readonly sequence: number;
  readonly sentAtMs: number;
  readonly requests: TakenRequest[];
  bytes: number;
  isRecorded: boolean;
}

/**
 * Time without an acknowledgement after which a reply is logged, in milliseconds. Under load the requester's next frame
 * acknowledges it earlier, so that without loss nothing is logged.
 */
const RECORDED_AFTER_MS = 10;
/** Time to keep replies, longer than requests are retransmitted without a look-up in the log, in milliseconds. */
const FORGOTTEN_AFTER_MS = 60_000;
/** Overhead per reply in addition to its body. */
const OVERHEAD_BYTES = 256;

/** Replies to one node, by frame, until the node has acknowledged the frame. */
export class SentAnswers {
  private readonly frames = new Map<number, AnswerFrame>();
  private newest: AnswerFrame | undefined;
  private unrecorded = 0;
  private timer: TimetableEntry | undefined;

  constructor(
    private readonly clock: Clock,
    private readonly timetable: Timetable,
    private readonly memory: AnswerMemory,
    private readonly keeper: AnswerKeeper,
  ) {}

  /** @param sequence sequence number of the reply's frame */
  add(request: TakenRequest, sequence: number): void {
    let frame = this.newest;
    if (frame?.sequence !== sequence) frame = this.begin(sequence);
    const bytes = OVERHEAD_BYTES + (request.answer?.body.length ?? 0);
    frame.requests.push(request);
    frame.bytes += bytes;
    this.memory.bytes += bytes;
    if (this.memory.isFull) this.makeRoom();
  }

  /** Handles an acknowledgement of a frame and the `count - 1` frames before it. */
  acknowledged(last: number, count: number): void {
    for (const frame of this.frames.values()) {
      const age = framesBetween(frame.sequence, last);
      if (age >= HALF_OF_FRAMES) break; // This frame and all after it were sent later.
      if (age < count) this.drop(frame);
    }
  }

  /** Logs all unacknowledged replies now. */
  recordAll(): void {
    for (const frame of this.frames.values()) this.record(frame);
  }

  /** Releases everything: the other node has left. */
  clear(): void {
    this.recordAll();
    for (const frame of this.frames.values()) this.drop(frame);
    if (this.timer !== undefined) this.timetable.remove(this.timer);
    this.timer = undefined;
  }

  private begin(sequence: number): AnswerFrame {
    const frame = { sequence, sentAtMs: this.clock.monotonicMs(), requests: [], bytes: 0, isRecorded: false };
    this.frames.set(sequence, frame);
    this.newest = frame;
    this.unrecorded++;
    this.timer ??= this.timetable.after(RECORDED_AFTER_MS, this.sweep);
    return frame;
  }

  private readonly sweep = (): void => {
    this.timer = undefined;
    const nowMs = this.clock.monotonicMs();
    for (const frame of this.frames.values()) {
      const ageMs = nowMs - frame.sentAtMs;
      if (ageMs < RECORDED_AFTER_MS) break;
      this.record(frame);
      if (ageMs >= FORGOTTEN_AFTER_MS) this.drop(frame);
    }
    if (this.frames.size === 0) return;
    const pauseMs = this.unrecorded > 0 ? RECORDED_AFTER_MS : FORGOTTEN_AFTER_MS / 4;
    this.timer = this.timetable.after(pauseMs, this.sweep);
  };

  /** Logs the oldest replies early, to free memory. */
  private makeRoom(): void {
    for (const frame of this.frames.values()) {
      if (frame === this.newest || !this.memory.isFull) return;
      this.record(frame);
      this.drop(frame);
    }
  }

  private record(frame: AnswerFrame): void {
    if (frame.isRecorded) return;
    frame.isRecorded = true;
    this.unrecorded--;
    for (const request of frame.requests) this.keeper.record(request);
  }

  private drop(frame: AnswerFrame): void {
    this.frames.delete(frame.sequence);
    if (frame === this.newest) this.newest = undefined;
    if (!frame.isRecorded) this.unrecorded--;
    this.memory.bytes -= frame.bytes;
    for (const request of frame.requests) this.keeper.forget(request);
  }
}
