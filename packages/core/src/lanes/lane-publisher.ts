import { createHash } from 'node:crypto';
import { CatgaError, toError } from '../errors/catga-error.js';
import { joinedKey } from '../ids/joined-key.js';
import type { AppendOptions } from '../ports/durable-log.js';
import type { LaneLog, LaneReceipt } from '../ports/lane-log.js';
import type { LogMessage } from '../ports/stored-message.js';
import { RESCHEDULED } from '../reliability/kept-outcome.js';
import { afterThis } from '../time/next-turn.js';
import { DoubtfulFrames } from './doubtful-frames.js';
import { EventFrame, mostBytesOf } from './event-frame.js';
import { FrameLine } from './frame-line.js';
import type { Appended, WaitingEvent } from './frame-line.js';
import { laneOf } from './lane-of.js';

/** Maximum number of unacknowledged frames of a node; further events are batched meanwhile. */
const FRAMES_IN_FLIGHT = 16;
/** Weight of a frame with one small event under its own id, which batching does not help. A power of two. */
const ALONE = 1 / 16;
const SMALL_BYTES = 4096;
/** Overhead of a frame besides its events, in bytes. */
const FRAME_BYTES = 16;
const LONGEST_ID = 400;
/** Maximum size of waiting events, in bytes. */
const MOST_WAITING_BYTES = 64 * 1024 * 1024;

const STORED: Appended = Object.freeze({ duplicate: false });
const DUPLICATE: Appended = Object.freeze({ duplicate: true });

/**
 * Stores events in frames: those of one turn of the event loop for one lane share a frame; while the maximum number of frames is
 * unacknowledged, events are batched. Events with a caller's id do not share frames, so more of these are in flight. The events of a lane
 * are stored in order.
 */
export class LanePublisher {
  private readonly lines: readonly FrameLine[];
  private readonly anywhere = new FrameLine(undefined);
  /** Queues with events, in round-robin order. */
  private readonly turns: FrameLine[] = [];
  private readonly doubtful = new DoubtfulFrames();
  private framesMade = 0;
  private eventsAdded = 0;
  private waitingBytes = 0;
  private inFlight = 0;
  private nextLane = 0;
  private isScheduled = false;
  private reasonClosed: CatgaError | undefined;

  /** @param session unique id in the frames of this node */
  constructor(
    private readonly log: Pick<LaneLog, 'lanes' | 'maxFrameBytes' | 'maxEventBytes' | 'append'>,
    private readonly session: string,
  ) {
    this.lines = Array.from({ length: log.lanes }, (_, lane) => new FrameLine(lane));
    this.nextLane = laneOf(session, log.lanes);
  }

  append(message: LogMessage, { subscription: target, isFresh = false }: AppendOptions): Promise<Appended> {
    if (this.reasonClosed !== undefined) return Promise.reject(this.reasonClosed);
    if (this.waitingBytes > MOST_WAITING_BYTES) return Promise.reject(overloadedError(message.name));
    const before = this.doubtful.of(message);
    const event = { message, target };
    const ownId = target !== undefined ? this.newId('again') : isFresh ? undefined : idOf(message);
    const line =
      before === undefined ? this.lineOf(message, isFresh || target !== undefined) : this.lines[before.lane];
    return new Promise((resolve, reject) => {
      this.add(line ?? this.anywhere, {
        event,
        number: ++this.eventsAdded,
        mostBytes: mostBytesOf(event),
        ownId,
        again: before?.frame,
        resolve,
        reject,
      });
    });
  }

  /** Stops sending. Unacknowledged frames are settled by the log. */
  close(reason: CatgaError): void {
    this.reasonClosed = reason;
    for (const line of this.turns.splice(0)) {
      for (const event of line.takeUpTo(Infinity)) event.reject(reason);
    }
  }

  /** Queue of a message. An id that may be repeated needs the lane that deduplicates it. */
  private lineOf({ key, name, messageId }: LogMessage, isNew: boolean): FrameLine | undefined {
    if (key !== undefined) return this.lines[laneOf(key, this.log.lanes)];
    return isNew ? this.anywhere : this.lines[laneOf(joinedKey(name, messageId), this.log.lanes)];
  }

  private add(line: FrameLine, event: WaitingEvent): void {
    if (line.isEmpty) this.turns.push(line);
    line.add(event);
    this.waitingBytes += event.mostBytes;
    this.schedule();
  }

  /** Schedules sending after the current turn. */
  private schedule(): void {
    if (this.isScheduled || this.inFlight >= FRAMES_IN_FLIGHT) return;
    this.isScheduled = true;
    afterThis(this.flush);
  }

  private readonly flush = (): void => {
    this.isScheduled = false;
    while (this.inFlight < FRAMES_IN_FLIGHT) {
      const line = this.turns.shift();
      if (line === undefined) return;
      const { maxFrameBytes, maxEventBytes = maxFrameBytes } = this.log;
      const events = line.take(Math.min(maxFrameBytes, maxEventBytes) - FRAME_BYTES);
      for (const { mostBytes } of events) this.waitingBytes -= mostBytes;
      if (!line.isEmpty) this.turns.push(line);
      this.send(line.lane ?? this.turn(), events);
    }
  };

  /** Next lane for events without a key, round-robin. */
  private turn(): number {
    this.nextLane = (this.nextLane + 1) % this.log.lanes;
    return this.nextLane;
  }

  private send(lane: number, events: readonly WaitingEvent[]): void {
    const [first] = events;
    if (first === undefined) return;
    const { ownId, again } = first;
    const frame =
      again ??
      new EventFrame(
        ownId ?? this.newId('frame'),
        events.map(({ event }) => event),
        ownId === undefined,
      );
    this.inFlight += weightOf(events);
    const { eventsAdded } = this;
    this.appendFrame(lane, frame).then(
      (receipt) => this.stored(lane, frame, events, receipt),
      (thrown: unknown) => this.failed(lane, frame, events, toError(thrown), eventsAdded),
    );
  }

  /** Appends a frame; a synchronous error becomes a rejection. */
  private appendFrame(lane: number, frame: EventFrame): Promise<LaneReceipt> {
    try {
      this.requireRoom(frame);
      return this.log.append(lane, frame);
    } catch (thrown) {
      return Promise.reject(toError(thrown));
    }
  }

  /** @throws CatgaError `CATGA_PAYLOAD_TOO_LARGE` for an event that could not become a dead letter */
  private requireRoom(frame: EventFrame): void {
    const { maxEventBytes } = this.log;
    const [event] = frame.content;
    // The history of a redriven event uses the reserved space.
    if (maxEventBytes === undefined || event === undefined || event.target !== undefined) return;
    const bytes = frame.bytes.byteLength;
    if (bytes <= maxEventBytes || frame.content.length > 1) return;
    const { name } = event.message;
    throw new CatgaError(
      'CATGA_PAYLOAD_TOO_LARGE',
      `${name} of ${bytes} bytes exceeds the ${maxEventBytes} bytes that the log takes of an event.`,
      { details: { name, bytes, maxBytes: maxEventBytes } },
    );
  }

  private stored(
    lane: number,
    frame: EventFrame,
    events: readonly WaitingEvent[],
    { isDuplicate }: LaneReceipt,
  ): void {
    this.inFlight -= weightOf(events);
    this.doubtful.forget({ frame, lane });
    // A duplicate of a fresh frame is the same frame, re-sent.
    const appended = isDuplicate && !frame.isFresh ? DUPLICATE : STORED;
    for (const { resolve } of events) resolve(appended);
    this.schedule();
  }

  /** @param before number of the last event that had arrived when the frame was sent */
  private failed(
    lane: number,
    frame: EventFrame,
    events: readonly WaitingEvent[],
    reason: Error,
    before: number,
  ): void {
    this.inFlight -= weightOf(events);
    const code = reason instanceof CatgaError ? reason.code : undefined;
    if (code === 'CATGA_ENGINE_UNAVAILABLE') {
      this.giveUp(before, reason);
      this.doubtful.remember({ frame, lane });
    }
    // One event that cannot be stored must not fail the others.
    if (events.length > 1 && code !== 'CATGA_ENGINE_UNAVAILABLE' && code !== 'CATGA_OVERLOADED')
      for (const event of events) this.send(lane, [event]);
    else for (const { reject } of events) reject(reason);
    this.schedule();
  }

  /** Fails events that have waited longer than a frame that the broker did not accept. */
  private giveUp(upTo: number, reason: Error): void {
    for (const line of this.turns.splice(0)) {
      for (const event of line.takeUpTo(upTo)) {
        this.waitingBytes -= event.mostBytes;
        event.reject(reason);
      }
      if (!line.isEmpty) this.turns.push(line);
    }
  }

  private newId(kind: string): string {
    return `${kind}/${this.session}/${++this.framesMade}`;
  }
}

function weightOf([first]: readonly WaitingEvent[]): number {
  return first?.ownId !== undefined && first.mostBytes <= SMALL_BYTES ? ALONE : 1;
}

function overloadedError(name: string): CatgaError {
  return new CatgaError(
    'CATGA_OVERLOADED',
    `${name} was not stored: ${MOST_WAITING_BYTES} bytes of events wait for the broker.`,
    { details: { name, maxBytes: MOST_WAITING_BYTES } },
  );
}

/** Deduplication id of a message. */
function idOf({ name, messageId, headers }: LogMessage): string {
  const moved = headers[RESCHEDULED];
  const id = `event/${moved === undefined ? joinedKey(name, messageId) : joinedKey(name, messageId, moved)}`;
  return id.length <= LONGEST_ID ? id : `event/${createHash('sha256').update(id).digest('hex')}`;
}
