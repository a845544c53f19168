import { CatgaError } from '@catga/core';
import { BufferBudget } from '@catga/core/engine';
import type { Clock, LaneFrame, LaneReceipt } from '@catga/core/engine';
import { createInbox } from '@nats-io/transport-node';
import { JETSTREAM_ERROR, closedError, jetStreamError, unavailable } from '../connection/broker-errors.js';
import { NO_RESPONDERS, isNobodyThere } from '../connection/broker-requests.js';
import type { BrokerSession } from '../connection/broker-session.js';
import type { ClientMessage, ClientSubscription } from '../connection/client-connection.js';
import { HeaderBlock } from '../connection/header-block.js';
import type { Refusal } from '../connection/refusals.js';
import { MESSAGE_ID, messageIdHeader } from '../jetstream/message-id-header.js';
import { readPublishAck } from '../jetstream/publish-ack.js';
import type { PublishAck } from '../jetstream/publish-ack.js';
import type { LaneStream } from './lane-stream.js';

/** What an appender goes by. */
export interface FrameAppenderOptions {
  /** How long a frame may take, in milliseconds. */
  readonly timeoutMs: number;
  readonly inboxPrefix: string | undefined;
}

/** How far a lane is: whether frames can be sent, or its stream is looked for first. */
class LaneLine {
  isReady = false;
  isMending = false;
  /** Why its stream could not be looked for last. */
  reason: Error | undefined;

  constructor(readonly stream: LaneStream) {}
}

/** A frame and who waits for it to be stored. */
class PendingFrame {
  sentMs = 0;
  timesSent = 0;

  constructor(
    readonly line: LaneLine,
    readonly bytes: Uint8Array,
    readonly headers: HeaderBlock,
    readonly dueMs: number,
    readonly resolve: (receipt: LaneReceipt) => void,
    private readonly reject: (error: Error) => void,
    /** Its bytes are counted among those that are kept while the broker is away. */
    private release: (() => void) | undefined,
  ) {}

  fail(error: Error): void {
    this.letGo();
    this.reject(error);
  }

  /** For how long its acknowledgement is waited for before it is sent again. */
  get silenceMs(): number {
    return this.timesSent === 0 ? Infinity : SILENCE_MS * 2 ** (this.timesSent - 1);
  }

  letGo(): void {
    this.release?.();
    this.release = undefined;
  }
}

const SWEEPS_PER_TIMEOUT = 20;
const RESEND_AFTER_MS = 20;
const RETRY_AFTER_MS = 200;
/** Servers that are choosing a leader drop what they are sent, and say nothing; doubles with each time. */
const SILENCE_MS = 2000;

/**
 * Stores frames in lanes, many at a time. Acknowledgements come over one subscription and are matched by number. What had none
 * when the broker went away is sent again when it is back, before what comes later; the server knows frames by their ids.
 */
export class FrameAppender {
  /** By number; the order of the map is that in which they were sent, for each lane. */
  private readonly pending = new Map<number, PendingFrame>();
  private readonly lines: readonly LaneLine[];
  private readonly inbox: string;
  private readonly subscription: ClientSubscription;
  private readonly stopListening: (() => void)[];
  private readonly budget: BufferBudget;
  private sent = 0;
  private cancelSweep: (() => void) | undefined;

  constructor(
    streams: readonly LaneStream[],
    private readonly session: BrokerSession,
    private readonly clock: Clock,
    private readonly options: FrameAppenderOptions,
  ) {
    this.lines = streams.map((stream) => new LaneLine(stream));
    this.budget = new BufferBudget('NATS', session.maxBufferedBytes);
    this.inbox = `${createInbox(options.inboxPrefix)}.`;
    this.subscription = session.subscribe(`${this.inbox}*`, (message) => this.answered(message));
    this.stopListening = [
      session.onReturn(() => this.returned()),
      session.onRefusal((refusal) => this.refused(refusal)),
    ];
  }

  append(lane: number, { id, bytes }: LaneFrame): Promise<LaneReceipt> {
    const { session, inbox } = this;
    const line = this.lines[lane];
    if (line === undefined) throw new RangeError(`There is no lane ${lane} of ${this.lines.length}.`);
    if (session.isClosed) return Promise.reject(closedError());
    const refusal = session.refusalOf(`${inbox}*`);
    if (refusal !== undefined) return Promise.reject(refusal);
    return new Promise((resolve, reject) => {
      const release = session.isUp ? undefined : this.keep(bytes.byteLength);
      const headers = new HeaderBlock().set(MESSAGE_ID, messageIdHeader(id));
      const dueMs = this.clock.monotonicMs() + this.options.timeoutMs;
      this.send(new PendingFrame(line, bytes, headers, dueMs, resolve, reject, release));
      this.sweepLater();
    });
  }

  /** Nobody waits for acknowledgements any more. */
  close(): void {
    for (const stop of this.stopListening) stop();
    this.subscription.unsubscribe();
    this.cancelSweep?.();
    const unsettled = [...this.pending.values()];
    this.pending.clear();
    for (const frame of unsettled) frame.fail(closedError());
  }

  /** @throws CatgaError `CATGA_ENGINE_UNAVAILABLE` if too much is kept already. Returns how to let go of it. */
  private keep(bytes: number): () => void {
    this.budget.require(bytes);
    return this.budget.add(bytes);
  }

  private send(frame: PendingFrame): void {
    const { line, bytes, headers } = frame;
    const number = this.sent++;
    this.pending.set(number, frame);
    if (!this.session.isUp) return; // Sent in its place when the broker is back.
    if (!line.isReady) return this.mend(line, 0);
    frame.timesSent++;
    frame.sentMs = this.clock.monotonicMs();
    try {
      this.session.publish(line.stream.subject, bytes, { reply: this.inbox + number, headers });
    } catch (thrown) {
      this.pending.delete(number);
      frame.fail(
        thrown instanceof CatgaError
          ? thrown
          : unavailable('The connection to NATS refused a frame.', thrown),
      );
    }
  }

  private answered(message: ClientMessage): void {
    const number = Number(message.subject.slice(this.inbox.length));
    const frame = this.pending.get(number);
    if (frame === undefined) return;
    const ack = isNobodyThere(message) ? undefined : acknowledgementOf(message);
    if (ack === undefined || mayYetBeStored(ack)) return this.mend(frame.line, RESEND_AFTER_MS);
    this.pending.delete(number);
    if (ack.error !== undefined) {
      frame.fail(jetStreamError(`Storing on ${frame.line.stream.subject}`, ack.error));
    } else {
      // What was sent twice is its own repetition.
      const isDuplicate = ack.duplicate === true && frame.timesSent === 1;
      frame.resolve({ position: ack.seq ?? 0, isDuplicate });
    }
  }

  /** Makes sure of the stream of a lane; then what is not known to be stored is sent again, in order. */
  private mend(line: LaneLine, pauseMs: number): void {
    line.isReady = false;
    if (line.isMending) return;
    line.isMending = true;
    const sendAll = (): void => {
      line.isMending = false;
      if (!this.session.isUp || this.session.isClosed) return;
      line.isReady = true;
      line.reason = undefined;
      for (const frame of this.take(line)) this.send(frame);
    };
    line.stream.make().then(
      () => (pauseMs === 0 ? sendAll() : void this.clock.setTimer(pauseMs, sendAll)),
      (thrown: Error) => {
        line.isMending = false;
        if (isPassing(thrown)) {
          line.reason = thrown;
          this.clock.setTimer(RETRY_AFTER_MS, () => this.hasPending(line) && this.mend(line, 0), true);
        } else for (const frame of this.take(line)) frame.fail(thrown);
      },
    );
  }

  private hasPending(line: LaneLine): boolean {
    for (const frame of this.pending.values()) if (frame.line === line) return true;
    return false;
  }

  /** All that is pending of a lane, in order: it is not pending any more. */
  private take(line: LaneLine): PendingFrame[] {
    const frames: PendingFrame[] = [];
    for (const [number, frame] of this.pending) {
      if (frame.line !== line) continue;
      this.pending.delete(number);
      frames.push(frame);
    }
    return frames;
  }

  /** Fails what will have no answer. The server refuses in order, and one time for each frame. */
  private refused({ operation, subject, error }: Refusal): void {
    const isDeaf = operation === 'subscribe' && subject === `${this.inbox}*`;
    for (const [number, frame] of this.pending) {
      if (!isDeaf && (operation !== 'publish' || frame.line.stream.subject !== subject)) continue;
      this.pending.delete(number);
      frame.fail(error);
      if (!isDeaf) break;
    }
  }

  /** The broker may have lost what was on its way to it, and its streams. */
  private returned(): void {
    for (const line of this.lines) line.isReady = false;
    for (const frame of this.pending.values()) {
      frame.letGo();
      this.mend(frame.line, 0);
    }
  }

  private sweepLater(): void {
    const periodMs = Math.ceil(this.options.timeoutMs / SWEEPS_PER_TIMEOUT);
    this.cancelSweep ??= this.clock.setTimer(periodMs, () => {
      this.cancelSweep = undefined;
      this.sweep();
      if (this.pending.size > 0) this.sweepLater();
    });
  }

  private sweep(): void {
    const nowMs = this.clock.monotonicMs();
    for (const [number, frame] of this.pending) {
      if (frame.dueMs <= nowMs) {
        this.pending.delete(number);
        frame.fail(this.notStored(frame));
      } else if (this.session.isUp && frame.line.isReady && nowMs > frame.sentMs + frame.silenceMs) {
        this.mend(frame.line, 0);
      }
    }
  }

  private notStored({ line }: PendingFrame): CatgaError {
    return unavailable(
      `NATS did not store a frame on ${line.stream.subject} within ${this.options.timeoutMs} ms.`,
      line.reason,
    );
  }
}

function acknowledgementOf(message: ClientMessage): PublishAck {
  try {
    return readPublishAck(message);
  } catch {
    return { error: { description: 'the publish acknowledgement of a frame cannot be decoded' } };
  }
}

/** The server is just storing it, or has just ceased to lead the stream. */
function mayYetBeStored({ error }: PublishAck): boolean {
  if (error === undefined) return false;
  const { err_code: errorCode, code } = error;
  return errorCode === JETSTREAM_ERROR.duplicateInProcess || (code === NO_RESPONDERS && !errorCode);
}

/** The server may answer soon; no permission is missing. */
function isPassing(thrown: Error): boolean {
  return (
    thrown instanceof CatgaError &&
    thrown.code === 'CATGA_ENGINE_UNAVAILABLE' &&
    thrown.details.operation === undefined
  );
}
