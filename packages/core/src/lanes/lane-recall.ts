import type { LaneFrame, LaneLog, LaneReader } from '../ports/lane-log.js';
import type { KeyLine } from './key-line.js';
import type { LaneShare } from './lane-share.js';
import { positionOf } from './spilled-places.js';
import { readableContent } from './waiting-events.js';

/** How many frames one pass reads before it is the turn of keys that are behind it. */
const FRAMES_PER_PASS = 256;
/** Over how many frames that nobody needs a pass goes on. */
const MOST_SKIPPED = 32;

/**
 * Fetches events of keys that have so many that they were left in the log. One pass over the log serves every key that has room,
 * for keys with a backlog have their next events in the same frames.
 */
export class LaneRecall {
  private readonly needy = new Set<KeyLine>();
  private reader: LaneReader | undefined;
  private expected = 0;
  private frames = 0;
  private gone = 0;

  constructor(
    private readonly log: LaneLog,
    private readonly share: LaneShare,
  ) {}

  /** A key has few events left in memory, and more in the log. */
  need(line: KeyLine): void {
    this.needy.add(line);
    if (this.reader === undefined) this.begin();
  }

  stop(): void {
    this.needy.clear();
    this.endPass();
  }

  private begin(): void {
    const from = this.nextFrom(0);
    if (from === undefined) return;
    this.frames = 0;
    this.expected = from;
    this.reader = this.log.read(this.share.lane, from, {
      frame: (position, found) => this.frame(position, found),
      caughtUp: () => this.caughtUp(),
      // The share is opened anew, elsewhere.
      displaced: () => this.stop(),
    });
  }

  private endPass(): void {
    this.reader?.stop();
    this.reader = undefined;
    if (this.gone > 0) this.share.dropped(this.gone);
    this.gone = 0;
  }

  private frame(position: number, found: Uint8Array | LaneFrame): void {
    this.skip(this.expected, position);
    this.share.addSpilled(position, readableContent(found));
    for (const line of this.needy) if (!line.hasRoom) this.needy.delete(line);
    this.skip(position, position + 1);
    this.expected = position + 1;
    const next = this.nextFrom(this.expected);
    const isOver = ++this.frames >= FRAMES_PER_PASS || next === undefined || next > position + MOST_SKIPPED;
    if (!isOver || this.reader === undefined) return;
    this.endPass();
    this.begin();
  }

  /** What is behind the end was read, and is gone. */
  private caughtUp(): void {
    this.skip(this.expected, Infinity);
    this.endPass();
    this.begin();
  }

  /** Passes over what was trimmed from the front or purged, and what cannot be read. */
  private skip(from: number, before: number): void {
    for (const line of this.needy) {
      while (isWithin(line.nextPlace, from, before)) if (this.share.skipSpilled(line)) this.gone++;
      if (!line.hasSpilled) this.needy.delete(line);
    }
  }

  /** Where the next event lies that a key needs, from a position on. */
  private nextFrom(position: number): number | undefined {
    let first: number | undefined;
    for (const { nextPlace } of this.needy) {
      if (nextPlace === undefined) continue;
      const next = positionOf(nextPlace);
      if (next >= position && next < (first ?? Infinity)) first = next;
    }
    return first;
  }
}

function isWithin(place: number | undefined, from: number, before: number): boolean {
  return place !== undefined && positionOf(place) >= from && positionOf(place) < before;
}
