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

/** How many frames of a node are under way at a time; what comes meanwhile is gathered. */
const FRAMES_IN_FLIGHT = 16;
/** What a frame of one small event under its own id counts for: nothing is gathered by waiting for it. A power of two. */
const ALONE = 1 / 16;
const SMALL_BYTES = 4096;
/** What a frame takes besides its events. */
const FRAME_BYTES = 16;
const LONGEST_ID = 400;
/** The most bytes of events that wait for their frames. */
const MOST_WAITING_BYTES = 64 * 1024 * 1024;

const STORED: Appended = Object.freeze({ duplicate: false });
const DUPLICATE: Appended = Object.freeze({ duplicate: true });

/**
 * Stores events in frames: those of one turn of the event loop for one lane are one frame, and while as many as may be are under
 * way, what comes is gathered. Events with ids of their own share no frame: more of these are under way. The events of a lane are
 * stored in the order in which they came.
 */
export class LanePublisher {
  private readonly lines: readonly FrameLine[];
  private readonly anywhere = new FrameLine(undefined);
  /** Lines with events, in the order of their turns. */
  private readonly turns: FrameLine[] = [];
  private readonly doubtful = new DoubtfulFrames();
  private framesMade = 0;
  private eventsAdded = 0;
  private waitingBytes = 0;
  private inFlight = 0;
  private nextLane = 0;
  private isScheduled = false;
  private reasonClosed: CatgaError | undefined;

  /** @param session tells the frames of this node from those of every other one */
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

  /** Nothing is sent any more. What is under way is answered by the log. */
  close(reason: CatgaError): void {
    this.reasonClosed = reason;
    for (const line of this.turns.splice(0)) {
      for (const event of line.takeUpTo(Infinity)) event.reject(reason);
    }
  }

  /** Those whose id may come again need the lane where it is known. */
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

  /** After what runs now, and what was set off together with it. */
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

  /** Events without a key take turns. */
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

  /** What the log throws is a rejection. */
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
    // One that is tried again has its history where the log left room for it.
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
    // A fresh frame that is there already is the same one, sent again.
    const appended = isDuplicate && !frame.isFresh ? DUPLICATE : STORED;
    for (const { resolve } of events) resolve(appended);
    this.schedule();
  }

  /** @param before the number of the last event that had come when the frame was sent */
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
    // One event that cannot be stored must not take the others along.
    if (events.length > 1 && code !== 'CATGA_ENGINE_UNAVAILABLE' && code !== 'CATGA_OVERLOADED')
      for (const event of events) this.send(lane, [event]);
    else for (const { reject } of events) reject(reason);
    this.schedule();
  }

  /** Events that have waited longer than a frame that the broker did not take have waited long enough. */
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

/** What a message is known by wherever it comes from. */
function idOf({ name, messageId, headers }: LogMessage): string {
  const moved = headers[RESCHEDULED];
  const id = `event/${moved === undefined ? joinedKey(name, messageId) : joinedKey(name, messageId, moved)}`;
  return id.length <= LONGEST_ID ? id : `event/${createHash('sha256').update(id).digest('hex')}`;
}
