import type { NodeAddress, NodeLinks } from '../ports/links.js';
import type { Timetable, TimetableEntry } from '../time/timetable.js';
import type { ReplyStatus } from '../wire/frame-layout.js';
import type { EventRecord, FrameBody, RequestRecord } from '../wire/frame-records.js';
import type { FrameWriter } from '../wire/frame-writer.js';
import { framesBetween, nextFrame } from './frame-clock.js';

/** How what is bound for one node is cut into frames. */
export interface FrameLimits {
  /** A frame leaves as soon as it holds this many bytes. */
  readonly fullBytes: number;
  /** A frame leaves as soon as it holds this many records. */
  readonly fullRecords: number;
  /** How many frames may be unacknowledged before further ones are held back. */
  readonly maxUnacknowledged: number;
  /** How long a frame is held back at most, in milliseconds. */
  readonly holdMs: number;
}

/**
 * Measured over NATS: frames of 128 to 512 records are best; a window of 8 frames halves the latency of arrivals that
 * share no turn, and the way out after a millisecond keeps slow handlers from paying for it.
 */
export const DEFAULT_FRAME_LIMITS: FrameLimits = Object.freeze({
  fullBytes: 64 * 1024,
  fullRecords: 256,
  maxUnacknowledged: 8,
  holdMs: 1,
});

/**
 * Everything bound for one node. What is written within one turn of the event loop travels in one frame; when many
 * frames are unanswered, what comes meanwhile travels in the next one.
 */
export class PeerLink {
  /** The last frame that came from there, and how many in a row: acknowledged with the next one that goes there. */
  private received = 0;
  private receivedCount = 0;
  /** The number of the last frame that went there. */
  sent: number;
  private acknowledged: number;
  private isScheduled = false;
  private held: TimetableEntry | undefined;

  constructor(
    readonly address: NodeAddress,
    private readonly writer: FrameWriter,
    private readonly links: NodeLinks,
    private readonly timetable: Timetable,
    private readonly onFailure: (thrown: unknown, frame: Uint8Array) => void,
    lastNumber = 0,
    private readonly limits: FrameLimits = DEFAULT_FRAME_LIMITS,
  ) {
    this.sent = lastNumber;
    this.acknowledged = lastNumber;
  }

  request(record: RequestRecord<FrameBody>): void {
    if (!this.writer.request(record)) {
      this.flush();
      this.writer.request(record);
    }
    this.wrote();
  }

  /** Returns the number of the frame that it travels in. */
  reply(correlation: number, status: ReplyStatus, body?: FrameBody): number {
    if (!this.writer.reply(correlation, status, body)) {
      this.flush();
      this.writer.reply(correlation, status, body);
    }
    const sequence = nextFrame(this.sent);
    this.wrote();
    return sequence;
  }

  cancel(correlation: number): void {
    if (!this.writer.cancel(correlation)) {
      this.flush();
      this.writer.cancel(correlation);
    }
    this.wrote();
  }

  event(record: EventRecord<FrameBody>): void {
    if (!this.writer.event(record)) {
      this.flush();
      this.writer.event(record);
    }
    this.wrote();
  }

  private wrote(): void {
    const { writer, limits } = this;
    if (writer.count >= limits.fullRecords || writer.byteLength >= limits.fullBytes) this.flush();
    else if (!this.isScheduled) {
      this.isScheduled = true;
      setImmediate(this.endTurn);
    }
  }

  /** A frame came from there; it is the last of so many in a row. */
  heard(sequence: number, count: number): void {
    this.received = sequence;
    this.receivedCount = count;
  }

  /** A frame from there says that ours came, this one as the last. */
  acknowledge(sequence: number): void {
    const isNews = framesBetween(this.acknowledged, sequence) <= framesBetween(this.acknowledged, this.sent);
    if (isNews) this.acknowledged = sequence;
    if (this.held !== undefined && this.hasRoom) this.flush();
  }

  /** Sends what was written. */
  flush(): void {
    if (this.held !== undefined) this.timetable.remove(this.held);
    this.held = undefined;
    if (this.writer.count === 0) return;
    this.sent = nextFrame(this.sent);
    const frame = this.writer.finish(this.sent, this.received, this.receivedCount);
    try {
      this.links.send(this.address, frame);
    } catch (thrown) {
      this.onFailure(thrown, frame); // The frame is lost, as any frame may be.
    }
  }

  private get hasRoom(): boolean {
    return framesBetween(this.acknowledged, this.sent) < this.limits.maxUnacknowledged;
  }

  private readonly endTurn = (): void => {
    this.isScheduled = false;
    if (this.hasRoom) this.flush();
    else this.held ??= this.timetable.after(this.limits.holdMs, () => this.flush());
  };
}
