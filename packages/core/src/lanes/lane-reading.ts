import type { LaneFrame, LaneLog, LaneReader, LaneSink } from '../ports/lane-log.js';
import { readContent } from './event-frame.js';
import type { LaneShare } from './lane-share.js';

/** Callbacks for the reader of a lane. */
export interface LaneListener {
  /** Called when unread frames are gone. */
  missing(lane: number, from: number, before: number): void;
  displaced(lane: number): void;
}

/** One reading of a lane for subscriptions at the same position. */
class LaneReading implements LaneSink {
  readonly shares = new Set<LaneShare>();
  isCaughtUp = false;
  isPaused = false;
  private readonly reader: LaneReader;

  constructor(
    private readonly log: LaneLog,
    private readonly lane: number,
    readonly identity: string,
    public next: number,
    private readonly readings: LaneReadings,
    private readonly listener: LaneListener,
  ) {
    this.reader = log.read(lane, next, this, identity);
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
 * Readings of one lane on a node: one for all of its subscriptions there. A subscription that falls behind gets its own reading until it
 * has caught up.
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

  /** Whether all events to handle were read. */
  get isCaughtUp(): boolean {
    for (const { isCaughtUp, shares } of this.readings) {
      // Paused subscriptions need not be read.
      if (!isCaughtUp && [...shares].some(({ subscription }) => !subscription.isPaused)) return false;
    }
    return true;
  }

  /** Reads for a share, from its position. */
  add(share: LaneShare): void {
    const { next } = share.window;
    const { identity } = share.start;
    let reading = [...this.readings].find((one) => isAt(one, identity, next));
    if (reading === undefined) {
      reading = new LaneReading(this.log, this.lane, identity, next, this, this.listener);
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

  /** Continues reading for a share that has room again. */
  roomFor(share: LaneShare): void {
    const reading = this.byShare.get(share);
    if (reading === undefined) {
      if (share.state !== 'lost') this.add(share);
    } else if (reading.isPaused) reading.resume();
  }

  /** Handles shares of a reading that are full. */
  fill(reading: LaneReading, full: number): void {
    for (const share of reading.shares) if (share.isFull) share.waitForRoom();
    if (full === reading.shares.size) {
      if (!reading.isPaused) reading.pause();
      return;
    }
    for (const share of reading.shares) {
      if (!share.isFull) continue;
      // It leaves the reading, and continues by itself once it has room.
      reading.shares.delete(share);
      this.byShare.delete(share);
    }
  }

  /** Merges readings at the same position. */
  merge(reading: LaneReading): void {
    for (const other of this.readings) {
      if (other === reading || !isAt(other, reading.identity, reading.next)) continue;
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

/** Whether a reading goes on at this position. */
function isAt(reading: LaneReading, identity: string, next: number): boolean {
  return reading.identity === identity && reading.next === next && !reading.isPaused;
}
