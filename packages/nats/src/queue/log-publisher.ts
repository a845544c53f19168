import type { Clock } from '@catga/core/engine';
import { CatgaError } from '@catga/core';
import { createInbox } from '@nats-io/transport-node';
import { closedError, jetStreamError, unavailable } from '../connection/broker-errors.js';
import { isNobodyThere } from '../connection/broker-requests.js';
import type { BrokerSession } from '../connection/broker-session.js';
import type { Refusal } from '../connection/refusals.js';
import type { ClientMessage, ClientSubscription } from '../connection/client-connection.js';
import type { EncodedHeaders } from '../connection/header-block.js';
import type { StreamStore } from '../jetstream/stream-store.js';
import { readPublishAck } from '../jetstream/publish-ack.js';
import type { PublishAck } from '../jetstream/publish-ack.js';

/** What a publisher goes by. */
export interface LogPublisherOptions {
  /** How many messages are on their way to the store at a time. */
  readonly maxPendingAcks: number;
  /** How long one may take, in milliseconds. */
  readonly timeoutMs: number;
  /** How many bytes are kept while the broker is away. */
  readonly maxBufferedBytes: number;
  readonly inboxPrefix: string | undefined;
}

/** A message for a stream, ready to be sent. */
export interface OutgoingMessage {
  readonly store: StreamStore;
  readonly subject: string;
  readonly payload: Uint8Array;
  readonly headers: EncodedHeaders | undefined;
}

/** A message and who waits for it to be stored. */
class Pending {
  /** It has left this process, at least once. */
  isSent = false;
  /** What was sent twice may be its own repetition. */
  isRepeated = false;

  constructor(
    readonly message: OutgoingMessage,
    readonly dueMs: number,
    readonly resolve: (ack: { readonly duplicate: boolean }) => void,
    readonly reject: (error: Error) => void,
  ) {}
}

const STORED = Object.freeze({ duplicate: false });
const DUPLICATE = Object.freeze({ duplicate: true });
const SWEEPS_PER_TIMEOUT = 20;
const RESEND_AFTER_MS = 20;
/** Counted for each kept message beside its payload. */
const OVERHEAD_BYTES = 256;

/**
 * Stores messages in streams. Acknowledgements come over one subscription and are matched by number; one timer looks
 * for those that are overdue. What had no acknowledgement when the broker went away is sent again when it is back, and
 * what came meanwhile after it, so that the order stays; the server knows messages by their identity.
 */
export class LogPublisher {
  /** By number; the order of the map is that of the deadlines. */
  private readonly pending = new Map<number, Pending>();
  private readonly waiting: Pending[] = [];
  private firstWaiting = 0;
  private sent = 0;
  /** What came while the broker was away, in bytes. */
  private keptBytes = 0;
  private readonly inbox: string;
  private readonly subscription: ClientSubscription;
  private readonly stopListening: (() => void)[];
  private cancelSweep: (() => void) | undefined;
  /** Streams that are there, as far as is known. */
  private readonly ready = new Set<StreamStore>();
  /** What waits for its stream to be made. */
  private readonly homeless = new Map<StreamStore, Pending[]>();

  constructor(
    private readonly session: BrokerSession,
    private readonly clock: Clock,
    private readonly options: LogPublisherOptions,
  ) {
    this.inbox = `${createInbox(options.inboxPrefix)}.`;
    this.subscription = session.subscribe(`${this.inbox}*`, (message) => this.answered(message));
    this.stopListening = [
      session.onReturn(() => this.returned()),
      session.onRefusal((refusal) => this.refused(refusal)),
    ];
  }

  /**
   * Resolves once the stream has stored it. `CATGA_OVERLOADED` if the stream is full, or too many others wait;
   * `CATGA_ENGINE_UNAVAILABLE` if the broker does not answer in time.
   */
  publish(message: OutgoingMessage): Promise<{ readonly duplicate: boolean }> {
    if (!this.session.isUp && !this.mayKeep(message)) {
      return Promise.reject(
        unavailable(`NATS is disconnected, and the publish buffer holds ${this.keptBytes} bytes already.`),
      );
    }
    const refusal = this.session.refusalOf(`${this.inbox}*`);
    if (refusal !== undefined) return Promise.reject(refusal);
    return new Promise((resolve, reject) => {
      const dueMs = this.clock.monotonicMs() + this.options.timeoutMs;
      const pending = new Pending(message, dueMs, resolve, reject);
      if (this.cancelSweep === undefined) this.sweepLater();
      if (this.firstWaiting < this.waiting.length) this.waiting.push(pending);
      else if (!this.ready.has(message.store)) this.make(pending, 0);
      else if (this.pending.size >= this.options.maxPendingAcks) this.waiting.push(pending);
      else this.send(pending);
    });
  }

  /** Nobody waits for acknowledgements any more. */
  close(): void {
    for (const stop of this.stopListening) stop();
    this.subscription.unsubscribe();
    this.cancelSweep?.();
    const unsettled = [
      ...this.pending.values(),
      ...[...this.homeless.values()].flat(),
      ...this.waiting.slice(this.firstWaiting),
    ];
    this.pending.clear();
    this.homeless.clear();
    this.waiting.length = 0;
    for (const { reject } of unsettled) reject(closedError());
  }

  private mayKeep({ payload }: OutgoingMessage): boolean {
    const bytes = this.keptBytes + payload.byteLength + OVERHEAD_BYTES;
    if (bytes > this.options.maxBufferedBytes) return false;
    this.keptBytes = bytes;
    return true;
  }

  private send(pending: Pending): void {
    const { subject, payload, headers } = pending.message;
    const number = this.sent++;
    this.pending.set(number, pending);
    if (!this.session.isUp) return; // Sent in its place when the broker is back.
    pending.isRepeated = pending.isSent;
    pending.isSent = true;
    try {
      this.session.publish(subject, payload, { reply: this.inbox + number, headers });
    } catch (thrown) {
      this.pending.delete(number);
      pending.reject(
        thrown instanceof CatgaError
          ? thrown
          : unavailable('The connection to NATS refused a message.', thrown),
      );
    }
  }

  private answered(message: ClientMessage): void {
    const number = Number(message.subject.slice(this.inbox.length));
    const pending = this.pending.get(number);
    if (pending === undefined) return;
    this.pending.delete(number);
    if (isNobodyThere(message)) {
      this.ready.delete(pending.message.store);
      this.make(pending, RESEND_AFTER_MS);
    } else settle(pending, message);
    this.sendWaiting();
  }

  /** Fails what will have no answer. The server refuses in order, and one time for each message. */
  private refused({ operation, subject, error }: Refusal): void {
    const isDeaf = operation === 'subscribe' && subject === `${this.inbox}*`;
    for (const [number, pending] of this.pending) {
      if (!isDeaf && (operation !== 'publish' || pending.message.subject !== subject)) continue;
      this.pending.delete(number);
      pending.reject(error);
      if (!isDeaf) break;
    }
    this.sendWaiting();
  }

  /** Nothing overtakes what waits for its stream. */
  private sendWaiting(): void {
    const { maxPendingAcks } = this.options;
    while (this.firstWaiting < this.waiting.length && this.pending.size < maxPendingAcks) {
      if (this.homeless.size > 0) break;
      const next = this.waiting[this.firstWaiting++];
      if (next === undefined) continue;
      if (this.ready.has(next.message.store)) this.send(next);
      else this.make(next, 0);
    }
    if (this.firstWaiting === this.waiting.length || this.firstWaiting > this.options.maxPendingAcks) {
      this.waiting.splice(0, this.firstWaiting);
      this.firstWaiting = 0;
    }
  }

  /** Makes sure of the stream, then sends what came for it meanwhile, in order and before what waits already. */
  private make(pending: Pending, pauseMs: number): void {
    const { store } = pending.message;
    const others = this.homeless.get(store);
    if (others !== undefined) return void others.push(pending);
    const all = [pending];
    this.homeless.set(store, all);
    const sendAll = (): void => {
      if (!this.homeless.delete(store)) return;
      this.ready.add(store);
      this.waiting.splice(this.firstWaiting, 0, ...all);
      this.sendWaiting();
    };
    store.make().then(
      () => (pauseMs === 0 ? sendAll() : void this.clock.setTimer(pauseMs, sendAll)),
      (thrown: Error) => {
        this.homeless.delete(store);
        for (const { reject } of all) reject(thrown);
      },
    );
  }

  /** The broker may have lost what was on its way to it, and its streams. */
  private returned(): void {
    this.ready.clear();
    this.keptBytes = 0;
    for (const [number, pending] of this.pending) {
      this.pending.delete(number);
      this.make(pending, 0);
    }
  }

  private sweepLater(): void {
    const periodMs = Math.ceil(this.options.timeoutMs / SWEEPS_PER_TIMEOUT);
    this.cancelSweep ??= this.clock.setTimer(periodMs, () => {
      this.cancelSweep = undefined;
      this.sweep();
      if (this.pending.size + this.waiting.length + this.homeless.size > 0) this.sweepLater();
    });
  }

  private sweep(): void {
    const { timeoutMs, maxPendingAcks } = this.options;
    const nowMs = this.clock.monotonicMs();
    for (const [number, pending] of this.pending) {
      if (pending.dueMs > nowMs) break;
      this.pending.delete(number);
      pending.reject(notStored(pending, timeoutMs));
    }
    for (const all of this.homeless.values()) {
      for (let first = all[0]; first !== undefined && first.dueMs <= nowMs; first = all[0]) {
        all.shift();
        first.reject(notStored(first, timeoutMs));
      }
    }
    for (; this.firstWaiting < this.waiting.length; this.firstWaiting++) {
      const next = this.waiting[this.firstWaiting];
      if (next === undefined || next.dueMs > nowMs) break;
      next.reject(overloaded(timeoutMs, maxPendingAcks));
    }
    this.sendWaiting();
  }
}

function settle(
  { message: { subject }, isRepeated, resolve, reject }: Pending,
  message: ClientMessage,
): void {
  let answer: PublishAck;
  try {
    answer = readPublishAck(message);
  } catch (thrown) {
    return reject(
      unavailable(`The publish acknowledgement of a message on ${subject} cannot be decoded.`, thrown),
    );
  }
  if (answer.error !== undefined) reject(jetStreamError(`Storing on ${subject}`, answer.error));
  else resolve(answer.duplicate === true && !isRepeated ? DUPLICATE : STORED);
}

function notStored({ message: { subject } }: Pending, timeoutMs: number): CatgaError {
  return unavailable(`NATS did not store a message on ${subject} within ${timeoutMs} ms.`);
}

function overloaded(timeoutMs: number, maxPendingAcks: number): CatgaError {
  return new CatgaError(
    'CATGA_OVERLOADED',
    `A message waited ${timeoutMs} ms to be published: ${maxPendingAcks} publishes were waiting for their acknowledgement (durable.maxPendingAcks).`,
    { details: { maxPendingAcks } },
  );
}
