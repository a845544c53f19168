import { LABEL } from '../../contracts/label.js';
import { CatgaError, toError } from '../../errors/catga-error.js';
import { shuttingDownError } from '../../errors/message-errors.js';
import type { LinkTable } from '../../links/link-table.js';
import type { MessageAttributes } from '../../pipeline/message-envelope.js';
import type { NodeAddress } from '../../ports/links.js';
import { ReplyStatus } from '../../wire/frame-layout.js';
import type { FrameBody, RequestRecord } from '../../wire/frame-records.js';
import { messageFromRecord } from '../../wire/message-codec.js';
import { failureOf } from '../../reliability/failure-sink.js';
import type { ClusterParts } from '../cluster-parts.js';
import type { PeerRequests } from '../frame-receiver.js';
import type { HandledRequest, IncomingTraffic } from '../incoming-traffic.js';
import type { OutcomeRecorder } from './outcome-recorder.js';
import { SentAnswers } from './sent-answers.js';
import type { AnswerKeeper, AnswerMemory } from './sent-answers.js';
import { TakenRequest } from './taken-request.js';
import type { ReceivedEnd } from './taken-request.js';

/** Answering side for one other node: runs each request once, however often it is sent, and repeats its reply. */
export class RequestAnswerer implements PeerRequests, ReceivedEnd, AnswerKeeper {
  private readonly requests = new Map<number, TakenRequest>();
  private readonly answers: SentAnswers;
  /** Generated ids are prefixed with the requester's address. */
  private readonly idPrefix: string;

  constructor(
    private readonly sender: NodeAddress,
    private readonly parts: ClusterParts,
    private readonly links: LinkTable,
    private readonly incoming: IncomingTraffic,
    private readonly outcomes: OutcomeRecorder,
    memory: AnswerMemory,
  ) {
    const { clock, timetable } = parts;
    this.answers = new SentAnswers(clock, timetable, memory, this);
    this.idPrefix = `${sender.nodeId}.${sender.incarnation}.`;
  }

  /** Handles a request, new or retransmitted. */
  request(record: RequestRecord<FrameBody>): void {
    const known = this.requests.get(record.correlation);
    if (known !== undefined) return this.receivedAgain(known);
    const { correlation, name, qos, messageId } = record;
    const isRecorded = qos === 2 || (qos === 1 && messageId !== undefined);
    const request = new TakenRequest(correlation, name, qos, isRecorded);
    if (!this.incoming.isOpen) return this.refuse(request, shuttingDownError(name, this.nodeId));
    const handled = this.incoming.handled.get(name);
    if (handled === undefined) return this.refuse(request, this.notHandledError(name));
    this.requests.set(correlation, request);
    if (qos === 1 && !isRecorded && mayHaveEnded(record)) void this.runUnlessEnded(request, record, handled);
    else this.run(request, record, handled);
  }

  /** Handles a cancellation. */
  cancel(correlation: number): void {
    const { nodeId } = this.sender;
    this.requests
      .get(correlation)
      ?.work?.cancel(
        new CatgaError('CATGA_CANCELLED', `The caller on node ${nodeId} cancelled the request.`),
      );
  }

  /** Handles an acknowledgement of a frame and the `count - 1` frames before it. */
  acknowledged(last: number, count: number): void {
    this.answers.acknowledged(last, count);
  }

  succeeded(request: TakenRequest, value: unknown): void {
    try {
      const body = this.parts.codec.encodeBody(`The result of ${request.name}`, { value });
      this.answer(request, ReplyStatus.Value, body, true);
    } catch (thrown) {
      this.answerError(request, toError(thrown));
    }
  }

  failed(request: TakenRequest, thrown: unknown, hasBegun: boolean): void {
    const error = toError(thrown);
    if (!hasBegun && error instanceof CatgaError && error.retryable) this.refuse(request, error);
    else this.answerError(request, error);
  }

  record(request: TakenRequest): void {
    const { answer, isForLog } = request;
    if (!isForLog || answer === undefined) return;
    const body = typeof answer.body === 'string' ? Buffer.from(answer.body) : answer.body;
    const outcome = { ok: answer.status === ReplyStatus.Value, body };
    this.outcomes.record(this.idOf(request.correlation), outcome);
  }

  forget(request: TakenRequest): void {
    this.requests.delete(request.correlation);
  }

  /** Logs all unacknowledged replies. */
  recordAnswers(): void {
    this.answers.recordAll();
  }

  /** Releases everything: the other node has left. */
  close(): void {
    this.answers.clear();
  }

  private receivedAgain(request: TakenRequest): void {
    const { answer } = request;
    if (answer === undefined) this.reply(request, ReplyStatus.Running, NOTHING);
    else this.answers.add(request, this.reply(request, answer.status, answer.body));
  }

  /** On failover, or for an old request, looks up first whether the request has already finished. */
  private async runUnlessEnded(
    request: TakenRequest,
    record: RequestRecord<FrameBody>,
    handled: HandledRequest,
  ): Promise<void> {
    const { body } = record;
    // Copied: it outlives the frame.
    const kept = typeof body === 'string' ? record : { ...record, body: body.slice() };
    const { outcomes } = this;
    const { self } = this.parts;
    const previous = record.previous ?? [];
    try {
      for (const node of record.isRetransmission ? [...previous, self] : previous) {
        if (!LABEL.test(node.nodeId)) continue; // Not a valid node id.
        const ended = await outcomes.find(node, this.idOf(record.correlation));
        if (ended === undefined) continue;
        return this.answer(request, ended.ok ? ReplyStatus.Value : ReplyStatus.Error, ended.body, false);
      }
    } catch (thrown) {
      return this.failed(request, thrown, false);
    }
    this.run(request, kept, handled);
  }

  private run(request: TakenRequest, record: RequestRecord<FrameBody>, handled: HandledRequest): void {
    try {
      const message = messageFromRecord(this.parts.codec, handled.type, record);
      const attributes: MessageAttributes = {
        messageId: record.messageId ?? this.idOf(record.correlation),
        isIdMade: record.messageId === undefined,
        key: record.key,
        headers: record.headers,
        correlationId: record.correlationId,
        causationId: record.causationId,
        attempt: record.attempt,
        originNodeId: this.sender.nodeId,
      };
      request.work = handled.receive(message, attributes, record.remainingMs, request, this);
    } catch (thrown) {
      this.failed(request, thrown, false);
    }
  }

  /** Refused without a run: nothing to keep. */
  private refuse(request: TakenRequest, error: CatgaError): void {
    this.requests.delete(request.correlation);
    this.reply(request, ReplyStatus.Refused, this.encodeError(request.name, error));
  }

  private answerError(request: TakenRequest, error: Error): void {
    const isOutcome = !(error instanceof CatgaError);
    const { name } = request;
    try {
      this.answer(request, ReplyStatus.Error, this.encodeError(name, error), isOutcome);
    } catch {
      // The result is larger than a frame; this error is not.
      this.answer(request, ReplyStatus.Error, this.encodeBriefly(name, error), isOutcome);
    }
  }

  private answer(request: TakenRequest, status: ReplyStatus, body: FrameBody, isOutcome: boolean): void {
    const sequence = this.reply(request, status, body);
    if (request.qos === 0) return this.forget(request);
    request.work = undefined;
    request.answer = { status, body };
    request.isForLog = isOutcome && !request.isRecorded;
    this.answers.add(request, sequence);
  }

  private reply({ correlation }: TakenRequest, status: ReplyStatus, body: FrameBody): number {
    return this.links.to(this.sender).reply(correlation, status, body);
  }

  private encodeError(name: string, error: Error): FrameBody {
    const { codec, errors } = this.parts;
    try {
      return codec.encodeBody(`The error of ${name}`, errors.encode(error));
    } catch {
      return this.encodeBriefly(name, error);
    }
  }

  /** Encodes an error regardless of size limits. If the serializer fails, only a generic error is sent. */
  private encodeBriefly(name: string, error: Error): FrameBody {
    const { codec, errors } = this.parts;
    try {
      return codec.encodeAnyBody(`The error of ${name}`, errors.encodeBriefly(error));
    } catch (thrown) {
      this.parts.failures.reportFlood(failureOf(name, thrown));
      return codec.isText ? '' : NOTHING;
    }
  }

  /** Id of a request in the outcome log, with the requester's address. */
  private idOf(correlation: number): string {
    return this.idPrefix + correlation;
  }

  private get nodeId(): string {
    return this.parts.self.nodeId;
  }

  private notHandledError(name: string): CatgaError {
    const { nodeId } = this;
    return new CatgaError('CATGA_NO_HANDLER', `Node ${nodeId} does not handle ${name}.`, {
      details: { name, nodeId },
    });
  }
}

/** Whether it was sent before, to this or another node. */
function mayHaveEnded({ isRetransmission, previous }: RequestRecord<FrameBody>): boolean {
  return isRetransmission || previous !== undefined;
}

const NOTHING = new Uint8Array(0);
