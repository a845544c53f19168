import type { LaneFrame, LaneReader, LaneReceipt, LaneSink } from '../../ports/lane-log.js';
import { afterThis, nextTurn } from '../../time/next-turn.js';

/** Frames handed to a reader per turn of the event loop, before timers and I/O run. */
const FRAMES_PER_TURN = 256;
/** Minimum number of trimmed frames before the array is compacted. */
const LEAST_COMPACTION = 1024;

/** Frames and readers of one lane. */
export class MemoryLane {
  /** Number of events held. */
  events = 0;
  private frames: (LaneFrame | undefined)[] = [];
  /** Position of the first element of {@link frames}. */
  private base = 1;
  private oldest = 1;
  private readonly readers = new Set<MemoryLaneReader>();

  /** Position of the oldest frame, or of the next one if the lane is empty. */
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

  read(from: number, sink: LaneSink): MemoryLaneReader {
    const reader = new MemoryLaneReader(this, from, sink, () => void this.readers.delete(reader));
    this.readers.add(reader);
    reader.wake();
    return reader;
  }

  /** Tells all readers that their position is no longer valid. */
  displaceReaders(): void {
    for (const reader of this.readers) reader.displace();
  }

  /** Returns the number of events removed. */
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

  /** Schedules reading; there may be new frames. */
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
    if (this.isStopped) return;
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
