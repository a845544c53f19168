import type { NodeAddress, NodeLinks } from '../ports/links.js';
import type { Timetable, TimetableEntry } from '../time/timetable.js';
import type { ReplyStatus } from '../wire/frame-layout.js';
import type { EventRecord, FrameBody, RequestRecord } from '../wire/frame-records.js';
import type { FrameWriter } from '../wire/frame-writer.js';
import { framesBetween, nextFrame } from './frame-clock.js';

/** Batching limits of frames. */
export interface FrameLimits {
  /** Number of bytes at which a frame is sent. */
  readonly fullBytes: number;
  /** Number of records at which a frame is sent. */
  readonly fullRecords: number;
  /** Window: number of unacknowledged frames from which further ones are held back. */
  readonly maxUnacknowledged: number;
  /** Maximum time for which a frame is held back, in milliseconds. */
  readonly holdMs: number;
}

/**
 * Measured over NATS: frames of 128 to 512 records are best; a window of 8 frames halves the latency of records from
 * different turns, and the limit of one millisecond keeps the latency low with slow handlers.
 */
export const DEFAULT_FRAME_LIMITS: FrameLimits = Object.freeze({
  fullBytes: 64 * 1024,
  fullRecords: 256,
  maxUnacknowledged: 8,
  holdMs: 1,
});

/**
 * Link to one node. Records of one turn of the event loop share a frame; while the window is full, later records are
 * added to the next frame.
 */
export class PeerLink {
  /** Latest received frame and number of consecutive ones, acknowledged with the next sent frame. */
  private received = 0;
  private receivedCount = 0;
  /** Sequence number of the last sent frame. */
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

  /** Returns the sequence number of its frame. */
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

  /** Registers a received frame, the last of `count` consecutive ones. */
  heard(sequence: number, count: number): void {
    this.received = sequence;
    this.receivedCount = count;
  }

  /** Handles an acknowledgement. */
  acknowledge(sequence: number): void {
    const isNews = framesBetween(this.acknowledged, sequence) <= framesBetween(this.acknowledged, this.sent);
    if (isNews) this.acknowledged = sequence;
    if (this.held !== undefined && this.hasRoom) this.flush();
  }

  /** Sends the written records. */
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
