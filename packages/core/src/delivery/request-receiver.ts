import type { MessageType } from '../contracts/message-type.js';
import { CatgaError, toError } from '../errors/catga-error.js';
import { shuttingDownError } from '../errors/message-errors.js';
import { addressKey } from '../links/address-key.js';
import type { LinkTable } from '../links/link-table.js';
import type { MessageAttributes } from '../pipeline/message-envelope.js';
import type { NodeAddress } from '../ports/links.js';
import type { Codec } from '../wire/codec.js';
import type { ErrorCodec } from '../wire/error-codec.js';
import { ReplyStatus } from '../wire/frame-layout.js';
import type { RequestRecord } from '../wire/frame-records.js';
import { messageFromBytes } from '../wire/message-codec.js';
import type { AnsweredRequests } from './answered-requests.js';
import type { OutcomeRecorder } from './outcome-recorder.js';

/** A request that this node runs for another one. */
export interface ReceivedRequest {
  /** Whether its handler was called. */
  readonly hasBegun: boolean;
  readonly outcome: Promise<unknown>;
  cancel(reason: CatgaError): void;
}

/** What receiving needs of the node. */
export interface ReceiverServices {
  readonly self: NodeAddress;
  readonly links: LinkTable;
  readonly codec: Codec;
  readonly errors: ErrorCodec;
  readonly answered: AnsweredRequests;
  readonly outcomes: OutcomeRecorder;
  /** Whether new work is taken. */
  readonly isOpen: () => boolean;
  /** The type of a request that is handled here. */
  readonly handledType: (name: string) => MessageType | undefined;
  /** Runs it, under a claim in the shared record if `isRecorded`. */
  readonly run: (
    type: MessageType,
    message: object,
    attributes: MessageAttributes,
    remainingMs: number | undefined,
    isRecorded: boolean,
  ) => ReceivedRequest;
}

/** Requests from other nodes: each runs once here, however often it is sent, and its answer is given again. */
export class RequestReceiver {
  private readonly running = new Map<string, ReceivedRequest | undefined>();

  constructor(private readonly services: ReceiverServices) {}

  /** A request came, for the first time or again. */
  received(sender: NodeAddress, request: RequestRecord): void {
    const key = `${addressKey(sender)} ${request.correlation}`;
    if (this.running.has(key)) return this.reply(sender, request, ReplyStatus.Running, NOTHING);
    const answer = this.services.answered.get(key);
    if (answer !== undefined) return this.reply(sender, request, answer.status, answer.body);
    // Kept beyond this turn, while the frame is not.
    const kept = { ...request, body: request.body.slice() };
    void this.take(sender, key, kept);
  }

  /** Its caller gave up. */
  cancelled(sender: NodeAddress, correlation: number): void {
    const key = `${addressKey(sender)} ${correlation}`;
    this.running
      .get(key)
      ?.cancel(new CatgaError('CATGA_CANCELLED', `The caller at node ${sender.nodeId} gave up.`));
  }

  private async take(sender: NodeAddress, key: string, request: RequestRecord): Promise<void> {
    const { services } = this;
    this.running.set(key, undefined);
    try {
      const type = services.handledType(request.name);
      const refusal = this.refusalOf(type, request);
      if (refusal !== undefined) return this.refuse(sender, request, refusal);
      if (await this.answerFromRecord(sender, key, request)) return;
      if (type !== undefined) await this.runAndAnswer(sender, key, request, type);
    } catch (thrown) {
      this.answerError(sender, key, request, toError(thrown));
    } finally {
      this.running.delete(key);
    }
  }

  private refusalOf(type: MessageType | undefined, { name }: RequestRecord): CatgaError | undefined {
    const { nodeId } = this.services.self;
    if (!this.services.isOpen()) return shuttingDownError(name, nodeId);
    return type && type.kind !== 'event'
      ? undefined
      : new CatgaError('CATGA_NO_HANDLER', `Node ${nodeId} does not handle ${name}.`, {
          details: { name, nodeId },
        });
  }

  /** A node that takes over, or was asked long ago, looks up first whether the request has ended already. */
  private async answerFromRecord(sender: NodeAddress, key: string, request: RequestRecord): Promise<boolean> {
    if (request.qos !== 1 || request.messageId !== undefined) return false;
    const previous = request.previous ?? [];
    const askedBefore = request.isRetransmission ? [...previous, this.services.self] : previous;
    for (const node of askedBefore) {
      const outcome = await this.services.outcomes.find(node, idOf(sender, request));
      if (outcome === undefined) continue;
      this.answer(sender, key, request, outcome.ok ? ReplyStatus.Value : ReplyStatus.Error, outcome.body);
      return true;
    }
    return false;
  }

  private async runAndAnswer(
    sender: NodeAddress,
    key: string,
    request: RequestRecord,
    type: MessageType,
  ): Promise<void> {
    const { codec, outcomes, run } = this.services;
    const message = messageFromBytes(codec, type, request.body, codec.serializer.name);
    const { name, qos, remainingMs, headers, correlationId, causationId } = request;
    const isRecorded = qos === 2 || (qos === 1 && request.messageId !== undefined);
    const attributes: MessageAttributes = {
      messageId: idOf(sender, request),
      key: request.key,
      headers,
      correlationId,
      causationId,
      attempt: request.attempt,
      originNodeId: sender.nodeId,
    };
    const received = run(type, message, attributes, remainingMs, isRecorded);
    this.running.set(key, received);
    let value: unknown;
    try {
      value = await received.outcome;
    } catch (thrown) {
      const error = toError(thrown);
      if (!received.hasBegun && error instanceof CatgaError && error.retryable)
        return this.refuse(sender, request, error);
      return this.answerError(sender, key, request, error);
    }
    const body = codec.encode(`The result of ${name}`, { value });
    if (qos === 1 && !isRecorded) outcomes.record(idOf(sender, request), { ok: true, body });
    this.answer(sender, key, request, ReplyStatus.Value, body);
  }

  private answerError(sender: NodeAddress, key: string, request: RequestRecord, error: Error): void {
    const body = this.encodeError(request.name, error);
    const isOutcome = request.qos === 1 && request.messageId === undefined && !(error instanceof CatgaError);
    if (isOutcome) this.services.outcomes.record(idOf(sender, request), { ok: false, body });
    this.answer(sender, key, request, ReplyStatus.Error, body);
  }

  /** Not run here: nothing to remember. */
  private refuse(sender: NodeAddress, request: RequestRecord, error: CatgaError): void {
    this.reply(sender, request, ReplyStatus.Refused, this.encodeError(request.name, error));
  }

  private answer(
    sender: NodeAddress,
    key: string,
    request: RequestRecord,
    status: ReplyStatus,
    body: Uint8Array,
  ): void {
    if (request.qos > 0) this.services.answered.add(key, { status, body });
    this.reply(sender, request, status, body);
  }

  private reply(
    sender: NodeAddress,
    { correlation }: RequestRecord,
    status: ReplyStatus,
    body: Uint8Array,
  ): void {
    this.services.links.to(sender).reply(correlation, status, body);
  }

  private encodeError(name: string, error: Error): Uint8Array {
    const { codec, errors } = this.services;
    try {
      return codec.encode(`The error of ${name}`, errors.encode(error));
    } catch (thrown) {
      return codec.encode(`The error of ${name}`, errors.encode(toError(thrown)));
    }
  }
}

/** What the shared records know a request by: the caller's id, or where it came from. */
function idOf(sender: NodeAddress, { messageId, correlation }: RequestRecord): string {
  return messageId ?? `${sender.nodeId}.${sender.incarnation}.${correlation}`;
}

const NOTHING = new Uint8Array(0);
