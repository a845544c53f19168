import { HALF_OF_FRAMES, framesBetween } from '../../links/frame-clock.js';
import type { Clock } from '../../ports/clock.js';
import type { Timetable, TimetableEntry } from '../../time/timetable.js';
import type { TakenRequest } from './taken-request.js';

/** What a node may remember of its answers to all others together. */
export class AnswerMemory {
  /** What is remembered now, roughly. */
  bytes = 0;

  constructor(readonly maxBytes: number) {}

  get isFull(): boolean {
    return this.bytes > this.maxBytes;
  }
}

/** What becomes of answers. */
export interface AnswerKeeper {
  /** Whoever asked may not have it: it is for the log. */
  record(request: TakenRequest): void;
  /** Nobody asks for it again, or it is in the log. */
  forget(request: TakenRequest): void;
}

/** A frame with answers that may not have arrived. */
interface AnswerFrame {
  readonly sequence: number;
  readonly sentAtMs: number;
  readonly requests: TakenRequest[];
  bytes: number;
  isRecorded: boolean;
}

/**
 * An answer that is not acknowledged after this long goes to the log, in milliseconds. Under load the next frame from
 * the requester acknowledges it long before, so that the log costs nothing while nothing is lost.
 */
const RECORDED_AFTER_MS = 10;
/** Longer than anybody repeats a request without asking the log, in milliseconds. */
const FORGOTTEN_AFTER_MS = 60_000;
/** Counted for each answer beside its body. */
const OVERHEAD_BYTES = 256;

/** The answers to one node by the frame that took them there, until that node has acknowledged the frame. */
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

  /** @param sequence of the frame that the answer travels in */
  add(request: TakenRequest, sequence: number): void {
    let frame = this.newest;
    if (frame?.sequence !== sequence) frame = this.begin(sequence);
    const bytes = OVERHEAD_BYTES + (request.answer?.body.length ?? 0);
    frame.requests.push(request);
    frame.bytes += bytes;
    this.memory.bytes += bytes;
    if (this.memory.isFull) this.makeRoom();
  }

  /** The other node has this frame, and `count - 1` before it. */
  acknowledged(last: number, count: number): void {
    for (const frame of this.frames.values()) {
      const age = framesBetween(frame.sequence, last);
      if (age >= HALF_OF_FRAMES) break; // It and all after it were sent later.
      if (age < count) this.drop(frame);
    }
  }

  /** All that may not have arrived goes to the log now. */
  recordAll(): void {
    for (const frame of this.frames.values()) this.record(frame);
  }

  /** The other node is gone for good. */
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

  /** The oldest answers go to the log before their time. */
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
