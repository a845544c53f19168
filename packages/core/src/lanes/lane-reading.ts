import type { LaneFrame, LaneLog, LaneReader, LaneSink } from '../ports/lane-log.js';
import { readContent } from './event-frame.js';
import type { LaneShare } from './lane-share.js';

/** What whoever reads a lane is told. */
export interface LaneListener {
  /** Frames are gone that were not read yet. */
  missing(lane: number, from: number, before: number): void;
  displaced(lane: number): void;
}

/** One reading of a lane for the subscriptions that are at the same position. */
class LaneReading implements LaneSink {
  readonly shares = new Set<LaneShare>();
  isCaughtUp = false;
  isPaused = false;
  private readonly reader: LaneReader;

  constructor(
    private readonly log: LaneLog,
    private readonly lane: number,
    public next: number,
    private readonly readings: LaneReadings,
    private readonly listener: LaneListener,
  ) {
    this.reader = log.read(lane, next, this);
  }

  frame(position: number, found: Uint8Array | LaneFrame): void {
    if (position > this.next) this.listener.missing(this.lane, this.next, position);
    this.next = position + 1;
    this.isCaughtUp = false;
    const { maxEventBytes = this.log.maxFrameBytes } = this.log;
    const content = readContent(found, maxEventBytes);
    let full = 0;
    for (const share of this.shares) {
      share.add(position, content);
      if (share.isFull) full++;
    }
    if (full > 0) this.readings.fill(this, full);
  }

  caughtUp(): void {
    this.isCaughtUp = true;
    this.readings.merge(this);
  }

  displaced(): void {
    this.listener.displaced(this.lane);
  }

  pause(): void {
    this.isPaused = true;
    this.reader.pause();
  }

  resume(): void {
    this.isPaused = false;
    this.isCaughtUp = false;
    this.reader.resume();
  }

  stop(): void {
    this.reader.stop();
  }
}

/**
 * How a node reads one lane: once for all of its subscriptions there. One that falls behind gets a reading of its own, from where it is,
 * until it has caught up with the others.
 */
export class LaneReadings {
  private readonly readings = new Set<LaneReading>();
  private readonly byShare = new Map<LaneShare, LaneReading>();

  constructor(
    private readonly log: LaneLog,
    private readonly lane: number,
    private readonly listener: LaneListener,
  ) {}

  get isEmpty(): boolean {
    return this.readings.size === 0;
  }

  /** Whether everything that is to be handled was read. */
  get isCaughtUp(): boolean {
    for (const { isCaughtUp, shares } of this.readings) {
      // What is paused need not be read.
      if (!isCaughtUp && [...shares].some(({ subscription }) => !subscription.isPaused)) return false;
    }
    return true;
  }

  /** Reads for a share, from where it is. */
  add(share: LaneShare): void {
    const { next } = share.window;
    let reading = [...this.readings].find((one) => one.next === next && !one.isPaused);
    if (reading === undefined) {
      reading = new LaneReading(this.log, this.lane, next, this, this.listener);
      this.readings.add(reading);
    }
    reading.shares.add(share);
    this.byShare.set(share, reading);
  }

  remove(share: LaneShare): void {
    const reading = this.byShare.get(share);
    this.byShare.delete(share);
    if (reading === undefined) return;
    reading.shares.delete(share);
    if (reading.shares.size > 0) return;
    this.readings.delete(reading);
    reading.stop();
  }

  /** There is room for more to be read. */
  roomFor(share: LaneShare): void {
    const reading = this.byShare.get(share);
    if (reading === undefined) {
      if (share.state !== 'lost') this.add(share);
    } else if (reading.isPaused) reading.resume();
  }

  /** Some that are read for have enough for now. */
  fill(reading: LaneReading, full: number): void {
    for (const share of reading.shares) if (share.isFull) share.waitForRoom();
    if (full === reading.shares.size) {
      if (!reading.isPaused) reading.pause();
      return;
    }
    for (const share of reading.shares) {
      if (!share.isFull) continue;
      // Nobody waits for it: it reads on by itself once it has room.
      reading.shares.delete(share);
      this.byShare.delete(share);
    }
  }

  /** Those that are at the same position read together. */
  merge(reading: LaneReading): void {
    for (const other of this.readings) {
      if (other === reading || other.next !== reading.next || other.isPaused) continue;
      for (const share of other.shares) {
        reading.shares.add(share);
        this.byShare.set(share, reading);
      }
      this.readings.delete(other);
      other.stop();
    }
  }

  stop(): void {
    for (const reading of this.readings) reading.stop();
    this.readings.clear();
    this.byShare.clear();
  }
}
