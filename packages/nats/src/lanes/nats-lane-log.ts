import type {
  Clock,
  LaneFrame,
  LaneLog,
  LaneReader,
  LaneReceipt,
  LaneSink,
  LaneState,
} from '@catga/core/engine';
import { tooLarge } from '../connection/broker-errors.js';
import { HeaderBlock } from '../connection/header-block.js';
import { LONGEST_MESSAGE_ID, MESSAGE_ID, messageIdHeader } from '../jetstream/message-id-header.js';
import type { StreamPublisher } from '../jetstream/stream-publisher.js';
import { HEARTBEAT_MS } from './lane-consumer.js';
import type { LaneReadServices } from './lane-consumer.js';
import { DEAD_LETTER_BYTES } from '../dead-letters/letter-facts.js';
import { LaneReading } from './lane-reading.js';
import type { LaneStream } from './lane-stream.js';

/** Size of a frame's headers besides its id, in bytes. */
const HEADER_BYTES = 64;
/** Interval of checking readers for server silence, in milliseconds. */
const LOOK_EVERY_MS = 2.5 * HEARTBEAT_MS;
/** Lateness above which this process was busy, and frames may still be unread, in milliseconds. */
const GRACE_MS = 250;

/** Lane log on JetStream: a stream for each lane. */
export class NatsLaneLog implements LaneLog {
  private readonly readings = new Set<LaneReading>();
  private readonly stopListening: () => void;
  private cancelLook: (() => void) | undefined;
  private isClosed = false;

  constructor(
    private readonly streams: readonly LaneStream[],
    private readonly publisher: StreamPublisher,
    private readonly services: LaneReadServices,
    private readonly clock: Clock,
    private readonly maxAgeMs: number,
  ) {
    this.stopListening = services.session.onReturn(() => {
      for (const reading of this.readings) reading.begin();
    });
  }

  get lanes(): number {
    return this.streams.length;
  }

  get maxFrameBytes(): number {
    return this.services.session.maxPayloadBytes - LONGEST_MESSAGE_ID - HEADER_BYTES;
  }

  get maxEventBytes(): number {
    return Math.max(0, this.maxFrameBytes - DEAD_LETTER_BYTES);
  }

  append(lane: number, frame: LaneFrame): Promise<LaneReceipt> {
    const { byteLength } = frame.bytes;
    if (byteLength > this.maxFrameBytes) {
      return Promise.reject(tooLarge('A frame', byteLength, this.maxFrameBytes));
    }
    const target = this.stream(lane);
    const headers = new HeaderBlock().set(MESSAGE_ID, messageIdHeader(frame.id));
    const stored = this.publisher.publish({ target, subject: target.subject, payload: frame.bytes, headers });
    return stored.then(({ sequence: position, isDuplicate }) => ({ position, isDuplicate }));
  }

  state(lane: number, known?: ReadonlyMap<string, number>): Promise<LaneState> {
    return this.stream(lane).state(known);
  }

  read(lane: number, from: number, sink: LaneSink, identity?: string): LaneReader {
    const { services, clock } = this;
    const reading = new LaneReading(
      this.stream(lane),
      services,
      clock,
      from,
      identity,
      sink,
      (stopped) => void this.readings.delete(stopped),
    );
    this.readings.add(reading);
    this.lookLater();
    reading.begin();
    return reading;
  }

  async trim(lane: number, before: number): Promise<void> {
    const stream = this.stream(lane);
    const { first, last } = await stream.state();
    // A purge beyond the last position would skip positions in between.
    const seq = Math.min(before, last + 1);
    if (seq > first) await stream.store.purge(undefined, { before: seq });
  }

  expired(lane: number): Promise<number> {
    return this.stream(lane).positionOlderThan(this.maxAgeMs);
  }

  /** Ends readings, and fails pending appends. */
  close(): void {
    this.isClosed = true;
    this.stopListening();
    this.cancelLook?.();
    for (const reading of this.readings) reading.stop();
    this.publisher.close();
  }

  private stream(lane: number): LaneStream {
    const stream = this.streams[lane];
    if (stream === undefined) throw new RangeError(`There is no lane ${lane} of ${this.lanes}.`);
    return stream;
  }

  private lookLater(): void {
    if (this.isClosed || this.cancelLook !== undefined) return;
    const dueMs = this.clock.monotonicMs() + LOOK_EVERY_MS;
    this.cancelLook = this.clock.setTimer(
      LOOK_EVERY_MS,
      () => {
        this.cancelLook = undefined;
        const isLate = this.clock.monotonicMs() - dueMs > GRACE_MS;
        if (!isLate && this.services.session.isUp) for (const reading of this.readings) reading.look();
        if (this.readings.size > 0) this.lookLater();
      },
      true,
    );
  }
}
