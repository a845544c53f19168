import type { MessageContext } from '../contracts/message-context.js';
import { CatgaError } from '../errors/catga-error.js';
import { HandlerContext } from '../pipeline/handler-context.js';
import type { Clock } from '../ports/clock.js';
import type { EngineConnection } from '../ports/engine.js';
import type { OpenSagas, ProjectionLag, SagaChange } from '../ports/message-tracer.js';
import type { PagedRecordStore } from '../ports/record-store.js';
import type { StreamLog } from '../ports/stream-log.js';
import type { FrameBody } from '../wire/frame-records.js';
import { isEncodedError } from '../wire/error-codec.js';
import type { CapturedMessage } from './message-capture.js';
import type { CaptureOptions } from './node-messaging.js';
import type { NodeOutbox } from '../reliability/outbox/node-outbox.js';
import type { NodeDrain } from './node-drain.js';
import type { NodeRuntime } from './node-runtime.js';

/** The store of the engine, or the database of the outbox. */
export type StepPlace = 'engine' | 'outbox';

/** Where a step reads and writes records. */
export interface StepStore {
  readonly records: PagedRecordStore;
  /** Runs a step in a transaction, which what it appends belongs to, too; absent if the store has none. */
  inTransaction?<T>(step: () => Promise<T>): Promise<T>;
}

/**
 * What a node offers to packages that keep processes, such as sagas: records, and messages that are encoded in one step, kept in
 * a record, and stored after it.
 */
export class NodeSteps {
  private countSagas: (() => Promise<readonly OpenSagas[]>) | undefined;
  private readProjections: (() => Promise<readonly ProjectionLag[]>) | undefined;

  constructor(
    private readonly runtime: NodeRuntime,
    private readonly draining: NodeDrain,
  ) {}

  get clock(): Clock {
    return this.runtime.clock;
  }

  /**
   * The broker's time, in milliseconds since 1970; that of this machine where the engine has none. `CATGA_SHUTTING_DOWN` while the node is
   * not connected.
   */
  async serverMs(): Promise<number> {
    const { engine, clock } = this.runtime;
    const serverMs = await engine.connected("The broker's time").serverMs?.();
    return serverMs === undefined || serverMs === 0 ? clock.now() : serverMs; // 0: it has just lost its store.
  }

  /**
   * Where records are kept. Its records throw `CATGA_SHUTTING_DOWN` while the node is not connected, and `CATGA_UNSUPPORTED` if there
   * are none.
   */
  storeIn(place: StepPlace): StepStore {
    const { runtime } = this;
    if (place === 'engine') {
      return {
        get records() {
          return kept(runtime, 'records');
        },
      };
    }
    const opened = (): NodeOutbox => {
      if (runtime.outbox === undefined) throw new TypeError('The node has no outbox.');
      return runtime.outbox;
    };
    return {
      get records() {
        return opened().records;
      },
      inTransaction: (work) => opened().transactions().inTransaction(work),
    };
  }

  /** Streams in the engine. `CATGA_SHUTTING_DOWN` while the node is not connected, `CATGA_UNSUPPORTED` if the engine keeps none. */
  get streams(): StreamLog {
    return kept(this.runtime, 'streams');
  }

  /**
   * Encodes a reliable event, or a command to be queued. Errors are those of `publish` and `enqueue`.
   * @param cause context of the handler that sends it
   */
  capture(message: object, options: CaptureOptions, cause?: MessageContext): Promise<CapturedMessage> {
    return this.runtime.messaging.capture(
      message,
      options,
      cause instanceof HandlerContext ? cause : undefined,
    );
  }

  /**
   * Stores a captured message, as `publish` and `enqueue` do.
   * @param isRepeated whether it may have been stored before
   */
  async append(captured: CapturedMessage, isRepeated: boolean): Promise<void> {
    const { messageLog, messaging, clock } = this.runtime;
    const { message, delayMs } = captured;
    const leftMs = delayMs && Math.max(0, message.sentAtMs + delayMs - clock.now());
    await messageLog.append(message, { delayMs: leftMs });
    if (!isRepeated) messaging.tellObserver(captured);
  }

  /** `CATGA_SERIALIZATION` or `CATGA_PAYLOAD_TOO_LARGE`. */
  encode(what: string, value: unknown): FrameBody {
    return this.runtime.codec.encodeBody(what, value);
  }

  /** `CATGA_SERIALIZATION` */
  decode(what: string, body: FrameBody): unknown {
    return this.runtime.codec.decode(what, body);
  }

  /** The error of a reply. */
  decodeError(encoded: unknown): Error {
    return isEncodedError(encoded)
      ? this.runtime.errorCodec.decode(encoded)
      : new CatgaError('CATGA_SERIALIZATION', 'The error of a reply is malformed.');
  }

  /**
   * Marks an error as no failure of the handler: the delivery comes again, after `details.retryAfterMs` or a second, and this was no
   * attempt at it.
   */
  refuse(context: MessageContext, error: CatgaError): CatgaError {
    if (context instanceof HandlerContext) context.refuse(error);
    return error;
  }

  /** Who counts the sagas of this node, for metrics. */
  countSagasBy(count: () => Promise<readonly OpenSagas[]>): void {
    this.countSagas = count;
  }

  /** For `TracedNode`. */
  async openSagas(): Promise<readonly OpenSagas[]> {
    const { countSagas, runtime } = this;
    if (countSagas === undefined) return [];
    return runtime.tracing?.internal(countSagas) ?? countSagas();
  }

  /** Who knows how far the read models of this node have come, for metrics. */
  readProjectionsBy(read: () => Promise<readonly ProjectionLag[]>): void {
    this.readProjections = read;
  }

  /** For `TracedNode`. */
  async projectionLags(): Promise<readonly ProjectionLag[]> {
    return (await this.readProjections?.()) ?? [];
  }

  /** Tells tracers. */
  sagaChanged(change: SagaChange): void {
    this.runtime.tracing?.sagaChanged(change);
  }

  /**
   * A step of stopping what works beside the node: waited for within what is left of `shutdown.drainTimeoutMs`, at least a second, all
   * steps of the application together. Never rejects: a failure goes to the error sink, and what is overdue is logged.
   * @param name as in "Shutdown: NAME did not finish"
   */
  stop(name: string, run: () => unknown): Promise<void> {
    return this.draining.beside(name, run);
  }

  /** A failure that nobody waits for. */
  report(source: string, thrown: unknown): void {
    this.runtime.reportOf(source, thrown);
  }
}

function kept<K extends 'records' | 'streams'>(
  { engine, options }: NodeRuntime,
  what: K,
): NonNullable<EngineConnection[K]> {
  const port = engine.connected(what === 'records' ? 'A record' : 'A stream')[what];
  if (port !== undefined) return port;
  const { name } = options.engine;
  throw new CatgaError('CATGA_UNSUPPORTED', `The engine '${name}' keeps no ${what}.`, {
    details: { engine: name },
  });
}
