import type { MessageHeaders } from '../contracts/headers.js';
import type { MessageContext } from '../contracts/message-context.js';
import type { CatgaRequest, Command } from '../contracts/request.js';
import type {
  EnqueueOptions,
  EnqueueReceipt,
  PublishOptions,
  SendOptions,
} from '../contracts/send-options.js';
import type { CatgaError } from '../errors/catga-error.js';
import { joinedKey } from '../ids/joined-key.js';
import type { Clock } from '../ports/clock.js';
import { Cancellation } from '../time/cancellation.js';
import type { MessageEnvelope } from './message-envelope.js';

/** The message whose handler sends another one. */
export interface Cause {
  readonly messageId: string;
  readonly correlationId: string;
  readonly headers: MessageHeaders;
  /** Deadline of the cause, in monotonic milliseconds. */
  readonly deadlineMs: number | undefined;
}

/** Told of every handler that begins with a context, and how it ends. */
export interface HandledListener {
  begun(envelope: MessageEnvelope, outcome: Promise<unknown>): void;
}

/** Dependencies of a context. */
export interface ContextHost {
  readonly nodeId: string;
  /** Service name. */
  readonly service: string;
  readonly clock: Clock;
  /** Absent while nobody listens. */
  readonly listener: HandledListener | undefined;
  sendAs<R>(request: CatgaRequest<R>, options: SendOptions, cause: Cause): Promise<R>;
  publishAs(event: object, options: PublishOptions, cause: Cause): Promise<void>;
  enqueueAs(command: object, options: EnqueueOptions, cause: Cause): Promise<EnqueueReceipt>;
  /** A handler holds a signal: it has to be aborted if the node stops before there is an outcome. */
  abortOnStop(cancellation: Cancellation, outcome: Promise<unknown>): void;
}

/** Context of one delivery; fields are computed on first use. */
export class HandlerContext implements MessageContext, Cause {
  private outcome: Promise<unknown> | undefined;
  private lazyCancellation: Cancellation | undefined;
  /** Set while the handler runs in a transaction. */
  transaction: unknown;

  constructor(
    private readonly envelope: MessageEnvelope,
    private readonly host: ContextHost,
    readonly deadlineMs: number | undefined,
    /** The durable subscription that the message came by. */
    readonly subscription?: string,
  ) {}

  /** Cancellation of the message. */
  get cancellation(): Cancellation {
    return (this.lazyCancellation ??= new Cancellation(() => this.watchSignal()));
  }

  /** Whether the pipeline was entered, and no limit in it refused the message before its handler. */
  get hasBegun(): boolean {
    return this.outcome !== undefined && this.envelope.refusal === undefined;
  }

  /** Another node handles the message now: aborts the signal. */
  lost(reason: CatgaError | undefined): void {
    if (reason !== undefined) this.cancellation.cancel(reason);
  }

  /** The message is refused with this error: that is no attempt at it. */
  refuse(error: CatgaError): void {
    this.envelope.refusal = error;
  }

  /** The pipeline is running and will end with this. */
  begin(outcome: Promise<unknown>): void {
    this.outcome = outcome;
    this.host.listener?.begun(this.envelope, outcome);
    if (this.lazyCancellation !== undefined) this.watchSignal();
  }

  get name(): string {
    return this.envelope.name;
  }

  get messageId(): string {
    return this.envelope.messageId;
  }

  get effectKey(): string {
    const { name, messageId, kind, handler, hasIdOfCaller } = this.envelope;
    if (kind === 'event')
      return joinedKey(name, messageId, this.subscription ?? `${this.host.service}.${handler}`);
    // Nobody can choose the id that a request without one was given.
    return this.subscription !== undefined || hasIdOfCaller
      ? joinedKey(name, messageId)
      : joinedKey(name, '', messageId);
  }

  get correlationId(): string {
    return this.envelope.correlationId;
  }

  get causationId(): string | undefined {
    return this.envelope.attributes.causationId;
  }

  get headers(): MessageHeaders {
    return this.envelope.headers;
  }

  get attempt(): number {
    return this.envelope.attributes.attempt ?? 1;
  }

  get originNodeId(): string {
    return this.envelope.attributes.originNodeId ?? this.host.nodeId;
  }

  get deadline(): Date | undefined {
    if (this.deadlineMs === undefined) return undefined;
    const { clock } = this.host;
    return new Date(clock.now() + this.deadlineMs - clock.monotonicMs());
  }

  get signal(): AbortSignal {
    return this.cancellation.signal;
  }

  send<R>(request: CatgaRequest<R>, options: SendOptions = {}): Promise<R> {
    const signal = options.signal ? AbortSignal.any([options.signal, this.signal]) : this.signal;
    return this.host.sendAs(request, { ...options, signal }, this);
  }

  publish(event: object, options: PublishOptions = {}): Promise<void> {
    return this.host.publishAs(event, options, this);
  }

  enqueue<R>(command: Command<R>, options: EnqueueOptions = {}): Promise<EnqueueReceipt<R>> {
    return this.host.enqueueAs(command, options, this) as Promise<EnqueueReceipt<R>>;
  }

  private watchSignal(): void {
    const { outcome, lazyCancellation: cancellation } = this;
    if (outcome !== undefined && cancellation?.hasSignal === true)
      this.host.abortOnStop(cancellation, outcome);
  }
}
