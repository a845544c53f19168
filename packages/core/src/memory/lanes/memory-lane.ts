import type { LaneFrame, LaneReader, LaneReceipt, LaneSink } from '../../ports/lane-log.js';
import { afterThis, nextTurn } from '../../time/next-turn.js';

/** How many frames a reader is handed before timers, input and output get their turn. */
const FRAMES_PER_TURN = 256;
/** From how many trimmed frames on the rest is moved up. */
const LEAST_COMPACTION = 1024;

/** The frames of one lane, and who reads them. */
export class MemoryLane {
  /** How many events it holds. */
  events = 0;
  private frames: (LaneFrame | undefined)[] = [];
  /** The position of the first of {@link frames}. */
  private base = 1;
  private oldest = 1;
  private readonly readers = new Set<MemoryLaneReader>();

  /** The position of the oldest frame that is there, or the next one. */
  get first(): number {
    return this.oldest;
  }

  get last(): number {
    return this.base + this.frames.length - 1;
  }

  at(position: number): LaneFrame | undefined {
    return this.frames[position - this.base];
  }

  append(frame: LaneFrame): LaneReceipt {
    this.frames.push(frame);
    this.events += frame.events;
    for (const reader of this.readers) reader.wake();
    return { position: this.last, isDuplicate: false };
  }

  read(from: number, sink: LaneSink): LaneReader {
    const reader = new MemoryLaneReader(this, from, sink, () => void this.readers.delete(reader));
    this.readers.add(reader);
    reader.wake();
    return reader;
  }

  /** Everybody who reads begins again elsewhere. */
  displaceReaders(): void {
    for (const reader of this.readers) reader.displace();
  }

  /** Returns how many events it let go of. */
  trim(before: number): number {
    const end = Math.min(before, this.last + 1);
    let dropped = 0;
    for (; this.oldest < end; this.oldest++) {
      dropped += this.at(this.oldest)?.events ?? 0;
      this.frames[this.oldest - this.base] = undefined;
    }
    const empty = this.oldest - this.base;
    if (empty >= LEAST_COMPACTION && empty * 2 >= this.frames.length) {
      this.frames = this.frames.slice(empty);
      this.base = this.oldest;
    }
    this.events -= dropped;
    return dropped;
  }
}

class MemoryLaneReader implements LaneReader {
  private isPaused = false;
  private isStopped = false;
  private isScheduled = false;
  private isToldOfEnd = false;
  private handedInTurn = 0;

  constructor(
    private readonly lane: MemoryLane,
    private next: number,
    private readonly sink: LaneSink,
    private readonly onStop: () => void,
  ) {}

  pause(): void {
    this.isPaused = true;
  }

  resume(): void {
    this.isPaused = false;
    this.wake();
  }

  stop(): void {
    this.isStopped = true;
    this.onStop();
  }

  displace(): void {
    this.stop();
    afterThis(() => this.sink.displaced());
  }

  /** There is, or may be, something to read. */
  wake(): void {
    if (this.isScheduled || this.isPaused || this.isStopped) return;
    this.isScheduled = true;
    if (this.handedInTurn < FRAMES_PER_TURN) afterThis(this.handOver);
    else void nextTurn().then(this.handOverInNewTurn);
  }

  private readonly handOverInNewTurn = (): void => {
    this.handedInTurn = 0;
    this.handOver();
  };

  private readonly handOver = (): void => {
    this.isScheduled = false;
    const { lane, sink } = this;
    if (this.next > lane.last + 1) {
      this.stop();
      sink.displaced();
      return;
    }
    this.next = Math.max(this.next, lane.first);
    while (!this.isPaused && !this.isStopped && this.next <= lane.last) {
      if (this.handedInTurn >= FRAMES_PER_TURN) return this.wake();
      this.handedInTurn++;
      this.isToldOfEnd = false;
      const position = this.next++;
      const frame = lane.at(position);
      if (frame !== undefined) sink.frame(position, frame);
    }
    if (this.isPaused || this.isStopped || this.isToldOfEnd) return;
    this.isToldOfEnd = true;
    sink.caughtUp();
  };
}
