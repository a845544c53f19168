import { CatgaError } from '@catga/core';
import { BufferBudget } from '@catga/core/engine';
import type { Clock } from '@catga/core/engine';
import { createInbox } from '@nats-io/transport-node';
import { JETSTREAM_ERROR, closedError, jetStreamError, unavailable } from '../connection/broker-errors.js';
import { NO_RESPONDERS, isNobodyThere } from '../connection/broker-requests.js';
import type { BrokerSession } from '../connection/broker-session.js';
import type { ClientMessage, ClientSubscription } from '../connection/client-connection.js';
import type { Refusal } from '../connection/refusals.js';
import { PendingPublish, TargetState } from './pending-publish.js';
import type { OutgoingMessage, PublishTarget, StoredReceipt } from './pending-publish.js';
import { readPublishAck } from './publish-ack.js';
import type { PublishAck } from './publish-ack.js';

/** Options of a publisher. */
export interface StreamPublisherOptions {
  /** Maximum number of unacknowledged messages; others wait. */
  readonly maxPendingAcks: number;
  /** Timeout of a message, in milliseconds. */
  readonly timeoutMs: number;
  readonly inboxPrefix: string | undefined;
}

const SWEEPS_PER_TIMEOUT = 20;
const RESEND_AFTER_MS = 20;
const RETRY_AFTER_MS = 200;

/**
 * Publishes messages to streams, with many unacknowledged at a time. Acknowledgements arrive over one subscription and are matched by
 * number. Unacknowledged messages are re-sent after a reconnect, before later ones; the server deduplicates by message id.
 */
export class StreamPublisher {
  /** Unacknowledged messages by number, for each stream in the order of sending. */
  private readonly pending = new Map<number, PendingPublish>();
  /** Messages beyond {@link StreamPublisherOptions.maxPendingAcks}, from `firstWaiting` on. */
  private readonly waiting: PendingPublish[] = [];
  private firstWaiting = 0;
  private readonly states = new Map<PublishTarget, TargetState>();
  private readonly inbox: string;
  private readonly subscription: ClientSubscription;
  private readonly stopListening: (() => void)[];
  private readonly budget: BufferBudget;
  private sent = 0;
  private cancelSweep: (() => void) | undefined;

  constructor(
    private readonly session: BrokerSession,
    private readonly clock: Clock,
    private readonly options: StreamPublisherOptions,
  ) {
    this.budget = new BufferBudget('NATS', session.maxBufferedBytes);
    this.inbox = `${createInbox(options.inboxPrefix)}.`;
    this.subscription = session.subscribe(`${this.inbox}*`, (message) => this.answered(message));
    this.stopListening = [
      session.onReturn(() => this.returned()),
      session.onRefusal((refusal) => this.refused(refusal)),
    ];
  }

  /**
   * Resolves once the stream has stored the message. `CATGA_OVERLOADED` if the stream is full, or too many messages wait;
   * `CATGA_ENGINE_UNAVAILABLE` if the broker does not reply in time, or the buffer is full during an outage.
   */
  publish(message: OutgoingMessage): Promise<StoredReceipt> {
    const { session, inbox } = this;
    if (session.isClosed) return Promise.reject(closedError());
    const refusal = session.refusalOf(`${inbox}*`);
    if (refusal !== undefined) return Promise.reject(refusal);
    return new Promise((resolve, reject) => {
      const release = session.isUp ? undefined : this.keep(message.payload.byteLength);
      const dueMs = this.clock.monotonicMs() + this.options.timeoutMs;
      const state = this.stateOf(message.target);
      const publish = new PendingPublish(message, state, dueMs, resolve, reject, release);
      if (this.hasRoom && this.firstWaiting === this.waiting.length) this.send(publish);
      else this.waiting.push(publish);
      this.sweepLater();
    });
  }

  /** Fails all pending messages. */
  close(): void {
    for (const stop of this.stopListening) stop();
    this.subscription.unsubscribe();
    this.cancelSweep?.();
    const unsettled = [...this.pending.values(), ...this.waiting.splice(0).slice(this.firstWaiting)];
    this.firstWaiting = 0;
    this.pending.clear();
    for (const publish of unsettled) publish.fail(closedError());
  }

  private get hasRoom(): boolean {
    return this.pending.size < this.options.maxPendingAcks;
  }

  private stateOf(target: PublishTarget): TargetState {
    let state = this.states.get(target);
    if (state === undefined) this.states.set(target, (state = new TargetState(target)));
    return state;
  }

  /**
   * Buffers bytes during an outage; returns a function that releases them.
   * @throws CatgaError `CATGA_ENGINE_UNAVAILABLE` if the buffer is full
   */
  private keep(bytes: number): () => void {
    this.budget.require(bytes);
    return this.budget.add(bytes);
  }

  private send(publish: PendingPublish): void {
    const { message, state } = publish;
    const number = this.sent++;
    this.pending.set(number, publish);
    if (!this.session.isUp) return; // Sent in order after the reconnect.
    if (!state.isReady) return this.mend(state, 0);
    publish.timesSent++;
    publish.sentMs = this.clock.monotonicMs();
    try {
      const { subject, payload, headers } = message;
      this.session.publish(subject, payload, { reply: this.inbox + number, headers });
    } catch (thrown) {
      this.pending.delete(number);
      publish.fail(
        thrown instanceof CatgaError
          ? thrown
          : unavailable('The connection to NATS refused a message.', thrown),
      );
    }
  }

  private sendWaiting(): void {
    while (this.hasRoom && this.firstWaiting < this.waiting.length) {
      const next = this.waiting[this.firstWaiting++];
      if (next !== undefined) this.send(next);
    }
    if (this.firstWaiting === this.waiting.length || this.firstWaiting > this.options.maxPendingAcks) {
      this.waiting.splice(0, this.firstWaiting);
      this.firstWaiting = 0;
    }
  }

  private answered(message: ClientMessage): void {
    const number = Number(message.subject.slice(this.inbox.length));
    const publish = this.pending.get(number);
    if (publish === undefined) return;
    const ack = isNobodyThere(message) ? undefined : acknowledgementOf(message);
    if (ack === undefined || mayYetBeStored(ack)) return this.mend(publish.state, RESEND_AFTER_MS);
    this.pending.delete(number);
    if (ack.error !== undefined) {
      publish.fail(jetStreamError(`Storing on ${publish.message.subject}`, ack.error));
    } else {
      // A re-sent message may be a duplicate of itself.
      const isDuplicate = ack.duplicate === true && publish.timesSent === 1;
      publish.resolve({ sequence: ack.seq ?? 0, isDuplicate });
    }
    this.sendWaiting();
  }

  /** Ensures a stream, then re-sends its unacknowledged messages in order. */
  private mend(state: TargetState, pauseMs: number): void {
    state.isReady = false;
    if (state.isMending) return;
    state.isMending = true;
    const sendAll = (): void => {
      state.isMending = false;
      if (!this.session.isUp || this.session.isClosed) return;
      state.isReady = true;
      state.reason = undefined;
      for (const publish of this.take(state)) this.send(publish);
    };
    state.target.make().then(
      () => (pauseMs === 0 ? sendAll() : void this.clock.setTimer(pauseMs, sendAll)),
      (thrown: Error) => {
        state.isMending = false;
        if (isPassing(thrown)) {
          state.reason = thrown;
          this.clock.setTimer(RETRY_AFTER_MS, () => this.hasPending(state) && this.mend(state, 0), true);
          return;
        }
        for (const publish of this.take(state)) publish.fail(thrown);
        this.sendWaiting();
      },
    );
  }

  private hasPending(state: TargetState): boolean {
    for (const publish of this.pending.values()) if (publish.state === state) return true;
    return false;
  }

  /** Removes and returns the pending messages of a stream, in order. */
  private take(state: TargetState): PendingPublish[] {
    const taken: PendingPublish[] = [];
    for (const [number, publish] of this.pending) {
      if (publish.state !== state) continue;
      this.pending.delete(number);
      taken.push(publish);
    }
    return taken;
  }

  /** Fails messages that will not be acknowledged. The server reports refusals in order, one per message. */
  private refused({ operation, subject, error }: Refusal): void {
    const isDeaf = operation === 'subscribe' && subject === `${this.inbox}*`;
    for (const [number, publish] of this.pending) {
      if (!isDeaf && (operation !== 'publish' || publish.message.subject !== subject)) continue;
      this.pending.delete(number);
      publish.fail(error);
      if (!isDeaf) break;
    }
    this.sendWaiting();
  }

  /** Called after a reconnect: messages in transit, and the streams themselves, may be lost. */
  private returned(): void {
    for (const state of this.states.values()) state.isReady = false;
    for (const publish of this.pending.values()) {
      publish.letGo();
      this.mend(publish.state, 0);
    }
    for (const publish of this.waiting) publish.letGo();
  }

  private sweepLater(): void {
    const periodMs = Math.ceil(this.options.timeoutMs / SWEEPS_PER_TIMEOUT);
    this.cancelSweep ??= this.clock.setTimer(periodMs, () => {
      this.cancelSweep = undefined;
      this.sweep();
      if (this.pending.size + this.waiting.length > 0) this.sweepLater();
    });
  }

  private sweep(): void {
    const { timeoutMs, maxPendingAcks } = this.options;
    const nowMs = this.clock.monotonicMs();
    for (const [number, publish] of this.pending) {
      const { state, message } = publish;
      if (publish.dueMs <= nowMs) {
        this.pending.delete(number);
        publish.fail(notStored(message.subject, timeoutMs, state.reason));
      } else if (this.session.isUp && state.isReady && nowMs > publish.sentMs + publish.silenceMs) {
        this.mend(state, 0);
      }
    }
    for (; this.firstWaiting < this.waiting.length; this.firstWaiting++) {
      const next = this.waiting[this.firstWaiting];
      if (next === undefined || next.dueMs > nowMs) break;
      next.fail(overloaded(timeoutMs, maxPendingAcks));
    }
    this.sendWaiting();
  }
}

function notStored(subject: string, timeoutMs: number, reason: Error | undefined): CatgaError {
  return unavailable(`NATS did not store a message on ${subject} within ${timeoutMs} ms.`, reason);
}

function overloaded(timeoutMs: number, maxPendingAcks: number): CatgaError {
  return new CatgaError(
    'CATGA_OVERLOADED',
    `A message waited ${timeoutMs} ms to be published: ${maxPendingAcks} publishes were waiting for their acknowledgement (durable.maxPendingAcks).`,
    { details: { maxPendingAcks } },
  );
}

function acknowledgementOf(message: ClientMessage): PublishAck {
  try {
    return readPublishAck(message);
  } catch {
    return { error: { description: 'the publish acknowledgement cannot be decoded' } };
  }
}

/** Whether the message may still be stored: it is being stored, or the stream has lost its leader. */
function mayYetBeStored({ error }: PublishAck): boolean {
  if (error === undefined) return false;
  const { err_code: errorCode, code } = error;
  return errorCode === JETSTREAM_ERROR.duplicateInProcess || (code === NO_RESPONDERS && !errorCode);
}

/** Whether an error is transient, not a missing permission. */
function isPassing(thrown: Error): boolean {
  return (
    thrown instanceof CatgaError &&
    thrown.code === 'CATGA_ENGINE_UNAVAILABLE' &&
    thrown.details.operation === undefined
  );
}
