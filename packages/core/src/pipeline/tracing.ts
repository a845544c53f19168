import { CatgaError, toError } from '../errors/catga-error.js';
import { promiseOf } from '../errors/promise-like.js';
import { callUserCode } from '../errors/user-code.js';
import type { CatgaResult } from '../contracts/result.js';
import type {
  DurableMessage,
  FailedDelivery,
  MessageTracer,
  RepeatedMessage,
  SagaChange,
  TraceEnd,
  TracedNode,
} from '../ports/message-tracer.js';
import { HandlerContext } from './handler-context.js';
import { MessageEnvelope } from './message-envelope.js';
import type { Step } from './pipeline.js';
import type { SendSide } from './send-side.js';

/** Begins to trace: calls `run` once, and may return what is to be called in the end. */
type Begin = (tracer: MessageTracer, run: () => void) => unknown;

/** All tracers of a node, the first one outermost. Whatever they do, the message goes on, and its outcome stays. */
export class Tracing {
  private readonly detach: (() => unknown)[] = [];

  private constructor(
    private readonly tracers: readonly MessageTracer[],
    private readonly onFailure: (thrown: unknown) => void,
  ) {}

  /** Undefined without tracers: nothing is added anywhere then. */
  static of(tracers: readonly MessageTracer[], onFailure: (thrown: unknown) => void): Tracing | undefined {
    return tracers.length === 0 ? undefined : new Tracing(tracers, onFailure);
  }

  attach(node: TracedNode): void {
    for (const tracer of this.tracers)
      callUserCode(() => {
        const detach = tracer.attach?.(node);
        if (detach !== undefined) this.detach.push(detach);
      }, this.onFailure);
  }

  close(): void {
    for (const detach of this.detach.splice(0)) callUserCode(detach, this.onFailure);
  }

  /** The send side, traced. */
  aroundSending(sendSide: SendSide | undefined): SendSide | undefined {
    const tracing = this.only('sending');
    if (tracing === undefined) return sendSide;
    return (outgoing, depart) =>
      tracing.trace(
        (tracer, run) => tracer.sending?.(outgoing, run),
        () => (sendSide === undefined ? depart(outgoing) : sendSide(outgoing, depart)),
      );
  }

  /** A handler with its behaviors, traced; undefined if nobody traces handlers. */
  aroundHandling(step: Step): Step | undefined {
    const tracing = this.only('handling');
    if (tracing === undefined) return undefined;
    return (envelope, context) => {
      const subscription = context instanceof HandlerContext ? context.subscription : undefined;
      const sentAtMs = envelope instanceof MessageEnvelope ? envelope.attributes.sentAtMs : undefined;
      const handled = { envelope, context, subscription, sentAtMs };
      return tracing.trace(
        (tracer, run) => tracer.handling?.(handled, run),
        () => step(envelope, context),
      );
    };
  }

  redriving<T>(message: DurableMessage, work: () => Promise<T>): Promise<T> {
    return this.trace(
      (tracer, run) => (tracer.redriving === undefined ? run() : tracer.redriving(message, run)),
      work,
    );
  }

  /** Work of the node itself. */
  internal<T>(work: () => Promise<T>): Promise<T> {
    return this.trace((tracer, run) => (tracer.internal === undefined ? run() : tracer.internal(run)), work);
  }

  /** A part of the engine whose methods are work of the node itself. For what is called seldom. */
  quiet<T extends object>(part: T): T {
    return new Proxy(part, {
      get: (target, name): unknown => {
        const member: unknown = Reflect.get(target, name);
        if (typeof member !== 'function') return member;
        return (...args: unknown[]) =>
          this.internal(async () => Reflect.apply(member, target, args) as unknown);
      },
    });
  }

  deliveryFailed(failed: FailedDelivery): void {
    for (const tracer of this.tracers) callUserCode(() => tracer.deliveryFailed?.(failed), this.onFailure);
  }

  repeated(message: RepeatedMessage): void {
    for (const tracer of this.tracers) callUserCode(() => tracer.repeated?.(message), this.onFailure);
  }

  sagaChanged(change: SagaChange): void {
    for (const tracer of this.tracers) callUserCode(() => tracer.sagaChanged?.(change), this.onFailure);
  }

  /** Those that have a method. */
  private only(method: keyof MessageTracer): Tracing | undefined {
    const { tracers, onFailure } = this;
    return Tracing.of(
      tracers.filter((tracer) => tracer[method] !== undefined),
      onFailure,
    );
  }

  private trace<T>(begin: Begin, work: () => Promise<T>): Promise<T> {
    const ends: TraceEnd[] = [];
    const outcome = this.begin(0, begin, work, ends);
    if (ends.length > 0) {
      outcome.then(
        (value) => this.end(ends, { ok: true, value }),
        (thrown: unknown) => this.end(ends, { ok: false, error: toError(thrown) }),
      );
    }
    return outcome;
  }

  /** Begins with the tracer at an index, and goes on to the next one, and in the end to the work, from inside of it. */
  private begin<T>(index: number, begin: Begin, work: () => Promise<T>, ends: TraceEnd[]): Promise<T> {
    const tracer = this.tracers[index];
    if (tracer === undefined) return work();
    let outcome: Promise<T> | undefined;
    const run = (): void => void (outcome ??= this.begin(index + 1, begin, work, ends));
    try {
      const end = begin(tracer, run);
      if (typeof end === 'function') ends.push(end as TraceEnd);
      else promiseOf(end)?.then(undefined, this.onFailure);
    } catch (thrown) {
      this.onFailure(thrown);
    }
    if (outcome !== undefined) return outcome;
    this.onFailure(new CatgaError('CATGA_CONFIGURATION', 'A tracer did not call run before it returned.'));
    run();
    return outcome ?? work();
  }

  private end(ends: readonly TraceEnd[], outcome: CatgaResult<unknown>): void {
    for (const end of ends) callUserCode(() => end(outcome), this.onFailure);
  }
}
