import type { LaneFrame, LaneLog, LaneReader } from '../ports/lane-log.js';
import type { KeyLine } from './key-line.js';
import type { LaneShare } from './lane-share.js';
import { positionOf } from './spilled-places.js';
import { readableContent } from './waiting-events.js';

/** Maximum number of frames per pass, so that keys with earlier positions get their turn. */
const FRAMES_PER_PASS = 256;
/** Maximum gap of unneeded frames that a pass reads over. */
const MOST_SKIPPED = 32;

/**
 * Fetches events of long keys that were left in the log. One pass over the log serves all keys that have room, because keys with a backlog
 * have their next events in the same frames.
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

  /** Called when a key has few events left in memory, and more in the log. */
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
    const { lane, start } = this.share;
    const sink = {
      frame: (position: number, found: Uint8Array | LaneFrame) => this.frame(position, found),
      caughtUp: () => this.caughtUp(),
      // The share is reopened elsewhere.
      displaced: () => this.stop(),
    };
    this.reader = this.log.read(lane, from, sink, start.identity);
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

  /** Called at the end of the lane: places beyond it are gone. */
  private caughtUp(): void {
    this.skip(this.expected, Infinity);
    this.endPass();
    this.begin();
  }

  /** Skips places that were trimmed or purged, or cannot be decoded. */
  private skip(from: number, before: number): void {
    for (const line of this.needy) {
      while (isWithin(line.nextPlace, from, before)) if (this.share.skipSpilled(line)) this.gone++;
      if (!line.hasSpilled) this.needy.delete(line);
    }
  }

  /** Position of the next event that a key needs, from a position on. */
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
