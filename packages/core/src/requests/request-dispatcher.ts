import type { MessageType } from '../contracts/message-type.js';
import type { SaidSendOptions } from '../contracts/said-headers.js';
import { CatgaError, toError } from '../errors/catga-error.js';
import { cancelledError } from '../errors/message-errors.js';
import type { CatgaIds } from '../ids/catga-ids.js';
import type { Admission } from '../pipeline/admission/admission.js';
import { HandlerContext } from '../pipeline/handler-context.js';
import type { Cause, ContextHost } from '../pipeline/handler-context.js';
import { MessageEnvelope, NO_ATTRIBUTES, checkMessageId } from '../pipeline/message-envelope.js';
import type { MessageAttributes } from '../pipeline/message-envelope.js';
import type { CatgaErrorSink } from '../reliability/failure-sink.js';
import type { IdempotentExecution } from '../reliability/idempotent-execution.js';
import type { Timetable } from '../time/timetable.js';
import { checkHeaders } from '../wire/limits.js';
import type { Limits } from '../wire/limits.js';
import type { WaitingCallers } from '../pipeline/patient-wait.js';
import { CallerWait } from './caller-wait.js';
import type { AttemptOptions } from '../pipeline/resilience/policed-call.js';
import type { CompiledHandler, RequestRoute } from '../handlers/routes.js';

/** The engine's record of ids. */
export interface RecordAccess {
  /** Throws `CATGA_SHUTTING_DOWN` while the engine is not connected. */
  idempotency(): IdempotentExecution;
}

/** Takes a request to its handler in this process: admission, deadline, cancellation, idempotency. */
export class RequestDispatcher {
  private readonly newId = (): string => this.ids.next();

  constructor(
    private readonly host: ContextHost,
    private readonly admission: Admission,
    private readonly timetable: Timetable,
    private readonly failures: CatgaErrorSink,
    private readonly limits: Limits,
    private readonly waiting: WaitingCallers,
    private readonly engine: RecordAccess,
    private readonly ids: CatgaIds,
  ) {}

  /**
   * What runs a request about which nothing was said, once it has its place: the handler itself where it takes only
   * the message, or else all that {@link dispatch} does that such a request has a use for.
   */
  shortWayTo(type: MessageType, { name, step, direct }: CompiledHandler): (request: object) => unknown {
    if (direct !== undefined) return direct;
    const { host, newId } = this;
    return (request) => {
      const envelope = new MessageEnvelope(request, type, name, NO_ATTRIBUTES, newId);
      const context = new HandlerContext(envelope, host, undefined);
      const outcome = step(envelope, context);
      context.begin(outcome);
      return outcome;
    };
  }

  /** Any request. A cause has a place already; what it causes shares its correlation and has no more time than it. */
  dispatch(route: RequestRoute, request: object, options: AttemptOptions, cause?: Cause): Promise<unknown> {
    const problem = this.problemOf(route, options);
    if (problem !== undefined) return Promise.reject(problem);
    const timeoutMs = this.timeoutMs(route, options, cause);
    const { host, admission, timetable, newId, failures, waiting } = this;
    const attributes = attributesOf(options, cause, host.nodeId);
    const envelope = new MessageEnvelope(request, route.type, route.name, attributes, newId);
    const deadlineMs = timeoutMs === undefined ? undefined : host.clock.monotonicMs() + timeoutMs;
    const context = new HandlerContext(envelope, host, deadlineMs);
    const isRecorded = this.isRecorded(route, options);
    const outcome = isRecorded
      ? this.runRecorded(route, envelope, context, cause)
      : this.admit(route, envelope, context, cause);
    if (timeoutMs === undefined && options.signal === undefined && !isRecorded) return outcome;
    const wait = new CallerWait(
      timetable,
      waiting,
      admission,
      failures,
      envelope,
      context,
      timeoutMs,
      options.signal,
    );
    return wait.until(outcome);
  }

  /** Runs a request once it has its place, under a claim on its id if it `isRecorded`. */
  runWhenAdmitted(
    route: RequestRoute,
    envelope: MessageEnvelope,
    context: HandlerContext,
    isRecorded: boolean,
  ): Promise<unknown> {
    return this.admission.hold(
      isRecorded && route.transaction === undefined
        ? this.runRecorded(route, envelope, context, undefined)
        : this.admit(route, envelope, context, undefined),
    );
  }

  /** Under a claim on its id. */
  private runRecorded(
    route: RequestRoute,
    envelope: MessageEnvelope,
    context: HandlerContext,
    cause: Cause | undefined,
  ): Promise<unknown> {
    return this.engine
      .idempotency()
      .run(envelope, context.cancellation, () => this.admit(route, envelope, context, cause));
  }

  private isRecorded(route: RequestRoute, options: SaidSendOptions): boolean {
    const { qos } = route.type;
    if (route.transaction !== undefined) return false; // It records the request itself.
    return qos === 2 || (qos === 1 && options.messageId !== undefined);
  }

  /** What is wrong with what a caller said, if anything. */
  problemOf({ type: { name } }: Pick<RequestRoute, 'type'>, options: SaidSendOptions): Error | undefined {
    if (options.signal?.aborted === true) return cancelledError(name, options.signal);
    if (options.timeoutMs !== undefined && !(options.timeoutMs > 0)) {
      return new CatgaError('CATGA_CONFIGURATION', `timeoutMs of ${name} must be above 0.`);
    }
    try {
      checkMessageId(name, options.messageId);
      if (options.headers !== undefined) checkHeaders(this.limits, name, options.headers);
    } catch (thrown) {
      return toError(thrown);
    }
    return undefined;
  }

  /** How long a caller waits for the handler here, in milliseconds; undefined for as long as it runs. */
  timeoutMs(route: RequestRoute, options: SaidSendOptions, cause: Cause | undefined): number | undefined {
    const ownMs = options.timeoutMs ?? route.timeoutMs;
    if (cause?.deadlineMs === undefined) return ownMs;
    const leftMs = Math.max(0, cause.deadlineMs - this.host.clock.monotonicMs());
    return ownMs === undefined ? leftMs : Math.min(ownMs, leftMs);
  }

  private admit(
    route: RequestRoute,
    envelope: MessageEnvelope,
    context: HandlerContext,
    cause: Cause | undefined,
  ): Promise<unknown> {
    const { admission } = this;
    if (cause !== undefined || admission.hasRoom) {
      admission.enter();
      return this.runAdmitted(route, envelope, context);
    }
    return admission
      .enterWhenFree(envelope.name, context.cancellation)
      .then(() => this.runAdmitted(route, envelope, context));
  }

  private runAdmitted(
    route: RequestRoute,
    envelope: MessageEnvelope,
    context: HandlerContext,
  ): Promise<unknown> {
    const outcome = route.step(envelope, context);
    context.begin(outcome);
    return this.admission.leaveAfter(outcome);
  }
}

function attributesOf(
  options: AttemptOptions,
  cause: Cause | undefined,
  originNodeId: string,
): MessageAttributes {
  const { messageId, headers, key, attempt } = options;
  return {
    attempt,
    messageId,
    headers,
    key,
    originNodeId,
    correlationId: cause?.correlationId,
    causationId: cause?.messageId,
  };
}
