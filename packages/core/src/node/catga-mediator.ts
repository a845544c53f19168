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
 * The mediator: sends a command or query to its handler and publishes events to all their handlers, in this process and
 * on other nodes.
 *
 * Every method rejects with `CATGA_SHUTTING_DOWN` before the node has started and from the moment it drains. Running
 * handlers can still send and publish through their `MessageContext`.
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
   * Request and response: sends a command or query to its one handler and resolves with the handler's result. Rejects
   * with the error that the handler threw, or with a {@link CatgaError}:
   *
   * - `CATGA_NO_HANDLER`: no node that is present handles the request, or it is an event.
   * - `CATGA_TIMEOUT`: no outcome within `timeoutMs` (no limit in one process, 30 s to another node). The handler may
   *   still be running.
   * - `CATGA_CANCELLED`: `options.signal` was aborted, or a node that lost its lease ran the request.
   * - `CATGA_OVERLOADED`: `concurrency.maxInFlight`, a `bulkhead` or the engine is full.
   * - `CATGA_RATE_LIMITED`: the handler's `rateLimit` has no permit left.
   * - `CATGA_CIRCUIT_OPEN`: the `circuitBreaker` of the type is open; nothing was sent.
   * - `CATGA_SHUTTING_DOWN`: the node has not started, drains, or stopped before the outcome.
   * - `CATGA_VALIDATION_FAILED`: the message violates its schema, or `messageId` is empty.
   * - `CATGA_IDEMPOTENCY_MISMATCH`: the `messageId` was used for another message or another content.
   * - `CATGA_PAYLOAD_TOO_LARGE`: the headers, or a request or result that is stored or leaves the process.
   * - `CATGA_SERIALIZATION`: the serializer cannot encode or decode the request, the result or a header, or the content
   *   of a request with a `messageId`, or of a cached query, cannot be compared.
   * - `CATGA_ENGINE_UNAVAILABLE`: the engine refuses the request during an outage, or a record cannot be read or written.
   * - `CATGA_NODE_LOST`: the node crashed or left while it worked on the request, and no other node takes it over.
   * - `CATGA_UNSUPPORTED`: only nodes with another serializer or wire protocol version handle the request.
   * - `CATGA_REMOTE`: a replayed or remote error that had no code of its own (a `RemoteError`).
   * - `CATGA_CONFIGURATION`: `timeoutMs` is not above 0, the request is a plain object or its decorators are wrong, or a
   *   custom routing strategy returned no candidate.
   */
  send<R>(request: CatgaRequest<R>, options?: SendOptions): Promise<R> {
    return this.start(request, options) as Promise<R>;
  }

  /** Result instead of an exception: as {@link send}, but never rejects. `error` has the same codes. */
  trySend<R>(request: CatgaRequest<R>, options?: SendOptions): Promise<CatgaResult<R>> {
    return this.send(request, options).then(succeeded<R>, failed);
  }

  /**
   * Batch of requests: sends all of them at once and resolves with one result each, in the order of the requests. Never
   * rejects; a failure does not affect the other requests. Each `error` has a code of {@link send}.
   */
  sendBatch<R>(requests: readonly CatgaRequest<R>[], options?: BatchOptions): Promise<CatgaResult<R>[]> {
    const batch = new RequestBatch(requests.length);
    for (let index = 0; index < requests.length; index++)
      this.startOf(batch, index, requests[index], options);
    return batch.results as Promise<CatgaResult<R>[]>;
  }

  /**
   * Stream of requests with backpressure: pulls from the source as results are read, with at most `concurrency` (16)
   * requests in flight or unread. Failures are results, each with a code of {@link send}. Reading rejects with
   * `CATGA_CONFIGURATION` if `concurrency` is not a whole number above 0, and with the error of the source, after the
   * results of the requests before it.
   */
  sendStream<R>(
    requests: Iterable<CatgaRequest<R>> | AsyncIterable<CatgaRequest<R>>,
    options: StreamOptions = {},
  ): AsyncIterable<CatgaResult<R>> {
    const { concurrency, ordered, ...sendOptions } = options;
    const said = Object.keys(sendOptions).length > 0 ? sendOptions : undefined;
    return streamResults(requests, (request) => this.trySend(request, said), { concurrency, ordered });
  }

  /**
   * Request to one node: as {@link send}, without routing and without failover. Rejects with the codes of {@link send},
   * and with `CATGA_NODE_NOT_FOUND` if no node of this id is present. `CATGA_UNSUPPORTED`: that node has another
   * serializer or wire protocol version.
   */
  sendToNode<R>(nodeId: string, request: CatgaRequest<R>, options?: SendOptions): Promise<R> {
    return this.host.sendToNode(nodeId, request, options) as Promise<R>;
  }

  /**
   * Command queue: stores a command, to be handled at least once, now or after `delayMs`, even if no handler is running.
   * Resolves with a receipt once the engine or the outbox has stored it. A failing command is retried
   * `retry.maxAttempts` times, then it is a dead letter. The handler's result is discarded unless `keepOutcome` is set;
   * then the receipt waits for it, and {@link outcomeOf} finds it later. Rejects with a {@link CatgaError}:
   *
   * - `CATGA_NO_HANDLER`: this application has no handler, and the engine has no other nodes.
   * - `CATGA_OVERLOADED`: the engine's log or the outbox is full.
   * - `CATGA_ENGINE_UNAVAILABLE`: the broker is disconnected, and no outbox stored the command. It may have been stored
   *   all the same: repeat it with the same `messageId`.
   * - `CATGA_SHUTTING_DOWN`: the node has not started, or drains.
   * - `CATGA_PAYLOAD_TOO_LARGE`: the command or its headers.
   * - `CATGA_SERIALIZATION`: the serializer cannot encode the command, or a header is not text.
   * - `CATGA_VALIDATION_FAILED`: `messageId` is empty. The schema is checked when the command is handled.
   * - `CATGA_UNSUPPORTED`: the message is no command, or the engine stores no commands.
   * - `CATGA_CONFIGURATION`: `delayMs` is not from 0 to 366 days, or the command is a plain object or its decorators are wrong,
   *   or it has no name with `remote: 'named'`.
   */
  enqueue<R>(command: Command<R>, options: EnqueueOptions = {}): Promise<EnqueueReceipt<R>> {
    return this.host.enqueue(command, options) as Promise<EnqueueReceipt<R>>;
  }

  /**
   * Outcome of a command that any node queued with `keepOutcome`: the handler's result, or the error of its dead letter.
   * Undefined while the command is not finished, for an unknown id, and after `idempotency.ttlMs`. Redriving a dead
   * letter does not change the recorded outcome. Rejects with `CATGA_ENGINE_UNAVAILABLE` if the record cannot be read,
   * `CATGA_SERIALIZATION` if it cannot be decoded, `CATGA_SHUTTING_DOWN` if the node is not connected, and
   * `CATGA_CONFIGURATION` if the decorators of the class are wrong.
   */
  outcomeOf<R>(
    command: abstract new (...args: never[]) => Command<R>,
    messageId: string,
  ): Promise<CatgaResult<R> | undefined> {
    return this.host.outcomeOf(command, messageId) as Promise<CatgaResult<R> | undefined>;
  }

  /**
   * Event to all its handlers. Resolves when every local handler was called and the event was sent to other nodes
   * (QoS 0), or when the engine or the outbox has stored it (QoS 1 and 2). It does not wait for handlers, and a handler's
   * failure never reaches the publisher. Rejects with a {@link CatgaError}:
   *
   * - `CATGA_SHUTTING_DOWN`: the node has not started, or drains.
   * - `CATGA_PAYLOAD_TOO_LARGE`: the headers, or an event that is stored or leaves the process.
   * - `CATGA_SERIALIZATION`: the serializer cannot encode the event, or a header is not text.
   * - `CATGA_VALIDATION_FAILED`: `messageId` is empty. The schema is checked when the event is handled.
   * - `CATGA_CONFIGURATION`: the event is a command, a query or a plain object, or its decorators are wrong.
   * - QoS 1 and 2, `CATGA_OVERLOADED`: the engine's log or the outbox is full.
   * - QoS 1 and 2, `CATGA_ENGINE_UNAVAILABLE`: the broker is disconnected, and no outbox stored the event. It may have
   *   been stored all the same: repeat it with the same `messageId`.
   * - QoS 1 and 2, `CATGA_UNSUPPORTED`: on NATS, JetStream was disabled after the start.
   */
  publish(event: object, options?: PublishOptions): Promise<void> {
    return this.host.publish(event, options);
  }

  /**
   * Batch of events, published in the given order. Resolves when all are sent or stored. A failure does not affect the
   * other events: after all have settled it rejects with a {@link PublishBatchError}, whose `results` has one result per
   * event, and whose `code` is that of the first failure. Codes are those of {@link publish}: `CATGA_SHUTTING_DOWN`,
   * `CATGA_PAYLOAD_TOO_LARGE`, `CATGA_SERIALIZATION`, `CATGA_VALIDATION_FAILED`, `CATGA_CONFIGURATION`; at QoS 1 and 2
   * `CATGA_OVERLOADED`, `CATGA_ENGINE_UNAVAILABLE`, `CATGA_UNSUPPORTED`.
   */
  publishBatch(events: readonly object[], options?: Omit<PublishOptions, 'messageId'>): Promise<void> {
    return allPublished(events.map((event) => this.publish(event, options)));
  }

  /**
   * Broadcast of an event to every node instead of one node of each service, at most once, whatever its quality of
   * service. Resolves when every local handler was called and the event was sent. Rejects with `CATGA_SHUTTING_DOWN`,
   * `CATGA_PAYLOAD_TOO_LARGE`, `CATGA_SERIALIZATION`, `CATGA_VALIDATION_FAILED` (empty `messageId`) and
   * `CATGA_CONFIGURATION` (not an event), as {@link publish}.
   */
  broadcast(event: object, options?: PublishOptions): Promise<void> {
    return this.host.broadcast(event, options);
  }

  /** Nodes that are present, this one included. */
  nodes(): readonly NodeInfo[] {
    return this.host.nodes();
  }

  /** This node. */
  get self(): NodeInfo {
    return this.host.self();
  }

  /** Node changes: first every present node as `'joined'`, then joins, updates and departures, until the reader or this node stops. */
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
        if (outcome !== undefined) return admission.leaveAfter(outcome);
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
}

function succeeded<R>(value: R): CatgaResult<R> {
  return { ok: true, value };
}

function failed(thrown: unknown): CatgaResult<never> {
  return { ok: false, error: toError(thrown) };
}
