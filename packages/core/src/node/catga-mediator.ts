import type { MessageConstructor } from '../contracts/message.js';
import type { NodeChange, NodeInfo } from '../contracts/node-info.js';
import type { CatgaRequest, Command } from '../contracts/request.js';
import type { CatgaResult } from '../contracts/result.js';
import type {
  BatchOptions,
  EnqueueOptions,
  EnqueueReceipt,
  PublishOptions,
  SendOptions,
  StreamOptions,
} from '../contracts/send-options.js';
import { toError } from '../errors/catga-error.js';
import { allPublished } from '../errors/publish-batch-error.js';
import { promiseOf } from '../errors/promise-like.js';
import type { MediatorHost } from './mediator-host.js';
import { BatchWaiters, RequestBatch } from '../requests/request-batch.js';
import type { RequestRoute } from '../handlers/routes.js';
import { streamResults } from '../requests/stream-results.js';

/**
 * Sends requests to their handler and events to their handlers, wherever these are.
 *
 * Everything rejects with `CATGA_SHUTTING_DOWN` before the node has started and while it stops, except what running
 * handlers send through their context.
 *
 * @publicApi
 */
export class CatgaMediator {
  // Requests of one type tend to follow each other; remembering the last route saves most of the look-ups.
  private lastTarget: unknown;
  private lastRoute: RequestRoute | undefined;

  private readonly waiters: BatchWaiters;

  constructor(private readonly host: MediatorHost) {
    this.waiters = new BatchWaiters(host.admission);
  }

  /**
   * Resolves with what the handler returned. Rejects with what it threw, or with a `CatgaError`: `CATGA_NO_HANDLER`,
   * `CATGA_TIMEOUT`, `CATGA_CANCELLED`, `CATGA_OVERLOADED`, `CATGA_VALIDATION_FAILED`, `CATGA_IDEMPOTENCY_MISMATCH`.
   */
  send<R>(request: CatgaRequest<R>, options?: SendOptions): Promise<R> {
    return this.start(request, options) as Promise<R>;
  }

  /** As {@link send}, but never rejects. */
  trySend<R>(request: CatgaRequest<R>, options?: SendOptions): Promise<CatgaResult<R>> {
    return this.send(request, options).then(succeeded<R>, failed);
  }

  /** Sends all of them at once. The results have the order of the requests; one failure does not spoil the rest. */
  sendBatch<R>(requests: readonly CatgaRequest<R>[], options?: BatchOptions): Promise<CatgaResult<R>[]> {
    const batch = new RequestBatch(requests.length);
    for (let index = 0; index < requests.length; index++)
      this.startOf(batch, index, requests[index], options);
    return batch.results as Promise<CatgaResult<R>[]>;
  }

  /**
   * Pulls requests from a source as results are read: at most `concurrency` are unfinished or unread at a time.
   * A source that throws ends the stream with its error, after the results of what it had given before.
   */
  sendStream<R>(
    requests: Iterable<CatgaRequest<R>> | AsyncIterable<CatgaRequest<R>>,
    options: StreamOptions = {},
  ): AsyncIterable<CatgaResult<R>> {
    const { concurrency, ordered, ...sendOptions } = options;
    const said = Object.keys(sendOptions).length > 0 ? sendOptions : undefined;
    return streamResults(requests, (request) => this.trySend(request, said), { concurrency, ordered });
  }

  /** As {@link send}, to the handler on one node. `CATGA_NODE_NOT_FOUND` if it is not there. */
  sendToNode<R>(nodeId: string, request: CatgaRequest<R>, options?: SendOptions): Promise<R> {
    return this.host.sendToNode(nodeId, request, options) as Promise<R>;
  }

  /**
   * Stores a command, to run at least once, even if every handler is down now. Resolves once it is stored. If it fails
   * it is tried again and becomes a dead letter in the end. What it returns is dropped unless `keepOutcome` is set; then
   * the receipt waits for it, and {@link outcomeOf} finds it later.
   * `CATGA_OVERLOADED` when the engine is full, `CATGA_PAYLOAD_TOO_LARGE`, `CATGA_SERIALIZATION`.
   */
  enqueue<R>(command: Command<R>, options: EnqueueOptions = {}): Promise<EnqueueReceipt<R>> {
    return this.host.enqueue(command, options) as Promise<EnqueueReceipt<R>>;
  }

  /**
   * How a command ended that was queued with `keepOutcome`, by any node. Undefined while it has not ended, for an id that
   * is not known, and after `idempotency.ttlMs`. A dead letter that is tried again does not change what was recorded.
   */
  outcomeOf<R>(
    command: abstract new (...args: never[]) => Command<R>,
    messageId: string,
  ): Promise<CatgaResult<R> | undefined> {
    return this.host.outcomeOf(command, messageId) as Promise<CatgaResult<R> | undefined>;
  }

  /**
   * Resolves when the event is handed over (QoS 0) or stored by the engine (QoS 1 and 2); never waits for handlers,
   * and no handler's failure reaches the publisher.
   */
  publish(event: object, options?: PublishOptions): Promise<void> {
    return this.host.publish(event, options);
  }

  /**
   * Publishes in the given order. Resolves when all are handed over or stored. One failure does not spoil the rest: once
   * every event has ended it rejects with a {@link PublishBatchError}, whose `results` say what became of each.
   */
  publishBatch(events: readonly object[], options?: Omit<PublishOptions, 'messageId'>): Promise<void> {
    return allPublished(events.map((event) => this.publish(event, options)));
  }

  /** Takes an event to every node instead of one of each service, at most once, whatever its quality of service. */
  broadcast(event: object, options?: PublishOptions): Promise<void> {
    return this.host.broadcast(event, options);
  }

  /** The nodes that are present. */
  nodes(): readonly NodeInfo[] {
    return this.host.nodes();
  }

  /** This node. */
  get self(): NodeInfo {
    return this.host.self();
  }

  /** First the present nodes, then who joins, changes and leaves, until the reader stops or this node does. */
  watchNodes(): AsyncIterable<NodeChange> {
    return this.host.watchNodes();
  }

  private start(request: object, options: SendOptions | undefined): Promise<unknown> {
    const route = this.routeOf(request);
    const { admission } = this.host;
    if (options === undefined && route?.direct !== undefined && admission.hasRoom && this.host.isOpen) {
      admission.enter(); // Before the handler runs: what it sends meanwhile is to find its place taken.
      try {
        const result = route.direct(request);
        const outcome = promiseOf(result);
        if (outcome !== undefined) return outcome.then(this.leave, this.leaveFailed);
        admission.leave();
        return Promise.resolve(result);
      } catch (thrown) {
        admission.leave();
        return Promise.reject(thrown);
      }
    }
    return this.host.send(route, request, options);
  }

  /** As {@link start}, but one reaction to the outcome serves both: giving the place back and keeping the result. */
  private startOf(
    batch: RequestBatch,
    index: number,
    request: object | undefined,
    options: SendOptions | undefined,
  ): void {
    const route = this.routeOf(request);
    const { admission } = this.host;
    if (options !== undefined || route?.direct === undefined || !admission.hasRoom || !this.host.isOpen) {
      return this.waiters.wait(batch, index, this.host.send(route, request as object, options), false);
    }
    admission.enter();
    try {
      const result = route.direct(request as object);
      const outcome = promiseOf(result);
      if (outcome !== undefined) return this.waiters.wait(batch, index, outcome, true);
      admission.leave();
      this.waiters.wait(batch, index, Promise.resolve(result), false);
    } catch (thrown) {
      admission.leave();
      batch.fail(index, thrown);
    }
  }

  private routeOf(request: object | undefined): RequestRoute | undefined {
    const target = request?.constructor;
    return target === this.lastTarget ? this.lastRoute : this.find(target);
  }

  private find(target: unknown): RequestRoute | undefined {
    const route = this.host.requests.get(target as MessageConstructor);
    if (route !== undefined) {
      this.lastTarget = target;
      this.lastRoute = route;
    }
    return route;
  }

  private readonly leave = (value: unknown): unknown => {
    this.host.admission.leave();
    return value;
  };

  private readonly leaveFailed = (thrown: unknown): never => {
    this.host.admission.leave();
    throw thrown;
  };
}

function succeeded<R>(value: R): CatgaResult<R> {
  return { ok: true, value };
}

function failed(thrown: unknown): CatgaResult<never> {
  return { ok: false, error: toError(thrown) };
}
