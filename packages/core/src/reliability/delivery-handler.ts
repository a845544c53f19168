import type { FailureReport } from '../contracts/error-report.js';
import type { MessageType } from '../contracts/message-type.js';
import { CatgaError, toError } from '../errors/catga-error.js';
import type { Clock } from '../ports/clock.js';
import type { LogDelivery } from '../ports/durable-log.js';
import type { DurableMessage } from '../ports/message-tracer.js';
import type { Admission } from '../pipeline/admission/admission.js';
import type { MessageEnvelope } from '../pipeline/message-envelope.js';
import type { MessageAttributes } from '../pipeline/message-envelope.js';
import type { Tracing } from '../pipeline/tracing.js';
import type { Codec } from '../wire/codec.js';
import { fromStoredMessage } from '../wire/message-codec.js';
import { retryAfterMsOf } from '../pipeline/resilience/failures.js';
import { deadLetterOf } from './dead-letter-record.js';
import type { ErrorRules } from './error-rules.js';
import type { CatgaErrorSink } from './failure-sink.js';
import { tellsOutcome } from './delivery-records.js';
import type { DeliveryRecords } from './delivery-records.js';
import { HELD_LOOK_MS, holding } from './held-keys.js';
import { HOLDS_KEY, ownHeaders } from './kept-outcome.js';
import { MessagesAtWork, WorkOnMessage } from './messages-at-work.js';
import { hasReplyAddress } from './reply-to.js';
import { retryDelayMs } from './retry-policy.js';
import type { RetryOptions } from './retry-policy.js';

/** What a consumer works for: one handler and the types of the messages it gets. */
export interface HandledSubscription {
  readonly id: string;
  readonly retry: RetryOptions;
  /** Whether a dead letter holds back the next messages of its key. */
  readonly holdsKeys: boolean;
  typeOf(name: string): MessageType | undefined;
  envelope(type: MessageType, message: object, attributes: MessageAttributes): MessageEnvelope;
  /** For a handler in a transaction that records the message: whether it has succeeded. */
  readonly wasHandled?: ((envelope: MessageEnvelope) => Promise<boolean>) | undefined;
  /** Runs the pipeline and the handler, which is told if the message is lost. Never throws: errors are rejections. */
  handle(envelope: MessageEnvelope, work: WorkOnMessage): Promise<unknown>;
}

/** The node that consumes. */
export interface ConsumingNode {
  readonly nodeId: string;
  readonly clock: Pick<Clock, 'now'>;
  /** Whether the node takes new work. */
  readonly isOpen: boolean;
  /** Whether the node has given up on what still runs: then failures are nobody's fault. */
  readonly hasGivenUp: boolean;
}

/** Redelivery delay after a refusal by the stopping node, or by a limit without a delay of its own, in milliseconds. */
const REFUSED_DELAY_MS = 1000;

/**
 * Takes the deliveries of one durable subscription to its handler: retries, inbox, dead letters. How a message ended is told
 * to the engine until it takes it; a message that comes again meanwhile waits, and its handler does not run again.
 */
export class DeliveryHandler {
  private readonly atWork = new MessagesAtWork();

  constructor(
    private readonly subscription: HandledSubscription,
    private readonly node: ConsumingNode,
    private readonly admission: Pick<Admission, 'enter' | 'leave' | 'beginWork' | 'endWork'>,
    private readonly codec: Codec,
    private readonly failures: CatgaErrorSink,
    /** What the errors of handlers mean. */
    private readonly rules: ErrorRules,
    private readonly records: DeliveryRecords,
    private readonly tracing?: Tracing,
  ) {}

  /** Never rejects; a delivery that cannot be settled is reported, and the engine brings it back. */
  async consume(delivery: LogDelivery): Promise<void> {
    const { admission } = this;
    admission.beginWork();
    const envelope = this.open(delivery);
    const begun = this.atWork.begin(delivery.message, delivery.isRecordedWhenDone);
    const work = begun instanceof WorkOnMessage ? begun : await begun;
    delivery.handledBy = work;
    try {
      if (work === undefined) await this.records.acknowledge(delivery, true);
      else if (delivery.attempt > 1 && this.canHold(delivery) && (await this.isHeld(delivery))) return;
      else if (envelope instanceof Error) await this.bury(delivery, undefined, envelope);
      else if (!this.mayBeDone(delivery, envelope) || !(await this.isDone(delivery, envelope, work))) {
        work.progress = 'tried';
        let value: unknown;
        let failure: Error | undefined;
        admission.enter();
        try {
          value = await this.subscription.handle(envelope, work);
        } catch (thrown) {
          failure = toError(thrown);
        }
        admission.leave();
        if (failure !== undefined) return await this.fail(delivery, envelope, failure);
        work.progress = 'succeeded';
        const recording = this.succeed(delivery, envelope, value);
        if (recording !== undefined) await recording;
      }
    } catch (thrown) {
      // No delivery can be settled while the engine is away.
      this.failures.reportFlood({
        error: toError(thrown),
        source: this.subscription.id,
        envelope: undefined,
        attempt: delivery.attempt,
        disposition: 'retried',
      });
      const delayMs = this.delayMs(delivery);
      // A success, or a delivery without a run, is not a failed attempt.
      const isAttempt = work?.progress === 'tried';
      await (isAttempt ? delivery.nak(delayMs) : delivery.release(delayMs)).catch(() => {
        // The engine is unavailable and redelivers unsettled messages by itself. The failure is reported above.
      });
    } finally {
      work?.end();
      admission.endWork();
    }
  }

  /** Whether the dead letter of a message holds its key. Redriven messages have no place in the order of their key. */
  private canHold({ message: { key, history } }: LogDelivery): boolean {
    return this.subscription.holdsKeys && key !== undefined && history.length === 0;
  }

  /** Resolves with whether the message has a dead letter that holds its key: it waits for what becomes of that, or is over. */
  private async isHeld(delivery: LogDelivery): Promise<boolean> {
    const state = await this.records.holdOf(this.subscription.id, delivery.message);
    if (state === 'released') await this.records.acknowledge(delivery, true);
    else if (state === 'held') await delivery.release(HELD_LOOK_MS);
    return state !== 'none';
  }

  /** Whether a delivery is not a first one that nobody can have handled before. */
  private mayBeDone(delivery: LogDelivery, envelope: MessageEnvelope): boolean {
    return delivery.attempt > 1 || this.records.mayHaveEnded(delivery, envelope);
  }

  /** Resolves with whether there is nothing to be handled: it has succeeded before, or there were attempts enough. */
  private async isDone(
    delivery: LogDelivery,
    envelope: MessageEnvelope,
    work: WorkOnMessage,
  ): Promise<boolean> {
    const { records, subscription } = this;
    const { wasHandled } = subscription;
    const isLate = delivery.attempt > subscription.retry.maxAttempts;
    // A transaction finds out by itself whether it is a repetition.
    const hasEnded =
      wasHandled === undefined
        ? records.mayHaveEnded(delivery, envelope) &&
          (await records.hasEnded(subscription.id, delivery, envelope))
        : isLate && (await wasHandled(envelope));
    // The transaction has the outcome that is to be replied.
    if (hasEnded && wasHandled !== undefined && hasReplyAddress(delivery.message)) return false;
    if (hasEnded) {
      this.tracing?.repeated(this.messageOf(delivery));
      await this.acknowledge(delivery, true);
    } else if (isLate) {
      work.progress = 'tried';
      await this.bury(delivery, envelope, unfinished(subscription.id, delivery));
    }
    return hasEnded || isLate;
  }

  /** Undefined if there is nothing to wait for, as nearly always at QoS 1. */
  private succeed(
    delivery: LogDelivery,
    envelope: MessageEnvelope,
    value: unknown,
  ): Promise<void> | undefined {
    const { subscription } = this;
    const recordsSuccess = envelope.qos === 2 && subscription.wasHandled === undefined;
    return recordsSuccess || tellsOutcome(delivery.message)
      ? this.record(delivery, envelope, value, recordsSuccess)
      : this.acknowledge(delivery);
  }

  private async record(
    delivery: LogDelivery,
    envelope: MessageEnvelope,
    value: unknown,
    recordsSuccess: boolean,
  ): Promise<void> {
    const { records, subscription } = this;
    // Before the inbox record, after which the handler does not run again and could not record its outcome.
    if (tellsOutcome(delivery.message)) await records.tellOutcome(delivery, { ok: true, value });
    if (recordsSuccess) await records.succeeded(subscription.id, delivery, envelope);
    await this.acknowledge(delivery, recordsSuccess);
  }

  /** Undefined if there is nothing to wait for. */
  private acknowledge(delivery: LogDelivery, isConfirmed?: boolean): Promise<void> | undefined {
    const { records, subscription } = this;
    if (delivery.message.headers[HOLDS_KEY] === undefined) return records.acknowledge(delivery, isConfirmed);
    const released = records.release(subscription.id, delivery.message);
    return released.then(() => records.acknowledge(delivery, isConfirmed));
  }

  private open({ message: stored, attempt, problem }: LogDelivery): MessageEnvelope | Error {
    if (problem !== undefined) return problem;
    const type = this.subscription.typeOf(stored.name);
    if (type === undefined) {
      return new CatgaError('CATGA_NO_HANDLER', `${this.subscription.id} does not handle '${stored.name}'.`, {
        retryable: false,
      });
    }
    try {
      const message = fromStoredMessage(this.codec, type, stored);
      const { messageId, key, correlationId, causationId, originNodeId, headers, sentAtMs } = stored;
      return this.subscription.envelope(type, message, {
        messageId,
        headers: ownHeaders(headers),
        key,
        correlationId,
        causationId,
        originNodeId,
        attempt,
        sentAtMs,
        tellsOutcome: tellsOutcome(stored),
      });
    } catch (thrown) {
      return toError(thrown);
    }
  }

  private async fail(delivery: LogDelivery, envelope: MessageEnvelope, error: Error): Promise<void> {
    if (this.node.hasGivenUp) return delivery.release();
    // Refused by the draining node: not a failure of the handler, and not retried here.
    if (isOwnRefusal(error) && !this.node.isOpen) return delivery.release(REFUSED_DELAY_MS);
    // Refused by a limit before the handler ran: not an attempt.
    if (envelope.refusal !== undefined && error === envelope.refusal) {
      if (envelope.refusal.code === 'CATGA_DATABASE_UNAVAILABLE')
        this.failures.reportFlood(this.reportOf(delivery, envelope, error, 'retried'));
      return delivery.release(retryAfterMsOf(error) || REFUSED_DELAY_MS);
    }
    if (hasReplyAddress(delivery.message) && this.rules.isOutcome(envelope.type, error))
      return this.refused(delivery, error);
    const isLast = delivery.attempt >= this.subscription.retry.maxAttempts;
    if (isLast || !this.rules.isWorthRetrying(envelope.type, error))
      return this.bury(delivery, envelope, error);
    this.report(delivery, envelope, error, 'retried');
    await delivery.nak(this.delayMs(delivery));
  }

  /** The handler refused a command, and whoever sent it wants to know: no dead letter, and no other attempt. */
  private async refused(delivery: LogDelivery, error: Error): Promise<void> {
    await this.records.tellOutcome(delivery, { ok: false, error, isRefusal: true });
    await this.acknowledge(delivery);
  }

  private async bury(
    delivery: LogDelivery,
    envelope: MessageEnvelope | undefined,
    error: Error,
  ): Promise<void> {
    const { node, subscription, records, rules } = this;
    const { message } = delivery;
    const holds = this.canHold(delivery);
    const letter = deadLetterOf(
      holds ? { ...delivery, message: holding(message) } : delivery,
      subscription.id,
      error,
      node.nodeId,
      node.clock.now(),
    );
    await records.bury(letter);
    if (holds) await records.hold(subscription.id, message);
    const isKept =
      envelope === undefined || error instanceof CatgaError || rules.isOutcome(envelope.type, error);
    // What was not decoded had no effect.
    await records.tellOutcome(delivery, { ok: false, error, isRefusal: envelope === undefined }, isKept);
    this.report(delivery, envelope, error, 'dead-lettered');
    await (holds ? delivery.nak(HELD_LOOK_MS) : records.acknowledge(delivery));
  }

  private delayMs({ attempt }: LogDelivery): number {
    return retryDelayMs(this.subscription.retry, attempt);
  }

  private reportOf(
    { attempt }: LogDelivery,
    envelope: MessageEnvelope | undefined,
    error: Error,
    disposition: 'retried' | 'dead-lettered',
  ): FailureReport {
    return { error, source: this.subscription.id, envelope, attempt, disposition };
  }

  private report(
    delivery: LogDelivery,
    envelope: MessageEnvelope | undefined,
    error: Error,
    disposition: 'retried' | 'dead-lettered',
  ): void {
    const report = this.reportOf(delivery, envelope, error, disposition);
    // Unreadable messages are no handler failure, and any client of the broker can store many of them.
    if (envelope === undefined) this.failures.reportFlood(report);
    else this.failures.report(report);
    const { attempt } = delivery;
    this.tracing?.deliveryFailed({ ...this.messageOf(delivery), envelope, error, attempt, disposition });
  }

  private messageOf({ message: { name, messageId, kind, headers } }: LogDelivery): DurableMessage {
    return { name, messageId, kind, headers: ownHeaders(headers), subscription: this.subscription.id };
  }
}

/** Failure of a last attempt whose process crashed or lost its connection, possibly because of the message. */
function unfinished(subscription: string, { message, attempt }: LogDelivery): CatgaError {
  const attempts = attempt - 1;
  return new CatgaError(
    'CATGA_NODE_LOST',
    `${subscription} received '${message.name}' ${attempts} times, and the last node crashed or lost its lease before the acknowledgement.`,
    { details: { attempts } },
  );
}

function isOwnRefusal(error: Error): boolean {
  return error instanceof CatgaError && error.code === 'CATGA_SHUTTING_DOWN';
}
