import type { MessageType } from '../contracts/message-type.js';
import type { MessageConstructor } from '../contracts/message.js';
import type { NodeChange, NodeInfo } from '../contracts/node-info.js';
import type { CatgaRequest } from '../contracts/request.js';
import type {
  EnqueueOptions,
  EnqueueReceipt,
  PublishOptions,
  SendOptions,
} from '../contracts/send-options.js';
import { NodePresence, PROTOCOL_VERSION } from '../discovery/node-presence.js';
import { NodeRegistry } from '../discovery/node-registry.js';
import { CatgaError, toError } from '../errors/catga-error.js';
import { notStartedError, shuttingDownError } from '../errors/message-errors.js';
import { CatgaIds } from '../ids/catga-ids.js';
import type { ResolvedCatgaOptions } from '../options/catga-options.js';
import { Admission } from '../pipeline/admission/admission.js';
import type { Cause, ContextHost } from '../pipeline/handler-context.js';
import type { Clock } from '../ports/clock.js';
import type { EngineConnection } from '../ports/engine.js';
import { CatgaErrorSink } from '../reliability/failure-sink.js';
import { IdempotentExecution } from '../reliability/idempotent-execution.js';
import type { Cancellation } from '../time/cancellation.js';
import { nextTurn } from '../time/next-turn.js';
import { Timetable } from '../time/timetable.js';
import { Codec } from '../wire/codec.js';
import { ErrorCodec } from '../wire/error-codec.js';
import { CommandQueue } from './command-queue.js';
import { EventPublisher } from './event-publisher.js';
import type { MediatorHost } from './mediator-host.js';
import { MessageRegistry, messageClass } from './message-registry.js';
import type { NodeServices } from './node-services.js';
import { RequestDispatcher } from './request-dispatcher.js';
import type { CompiledHandler, EventRoute, RequestRoute } from './routes.js';

/** What a node is while it runs: its routes, its connection, and what is in flight. */
export class NodeRuntime implements MediatorHost, ContextHost {
  isOpen = false;
  private hasOpened = false;
  requests: ReadonlyMap<MessageConstructor, RequestRoute> = new Map();
  readonly registry = new MessageRegistry();
  readonly admission: Admission;
  readonly timetable: Timetable;
  readonly failures: CatgaErrorSink;
  readonly codec: Codec;
  readonly ids: CatgaIds;
  readonly clock: Clock;
  readonly nodeId: string;
  readonly presence: NodePresence;
  private readonly nodesSeen = new NodeRegistry();
  private readonly events = new Map<MessageConstructor, EventRoute>();
  // Events of one type tend to follow each other, as requests do in `CatgaMediator`.
  private lastEvent: unknown;
  private lastEventRoute: EventRoute | undefined;
  private readonly abortable = new Set<Cancellation>();
  private abortReason: CatgaError | undefined;
  private readonly waiting = new Set<(reason: CatgaError) => void>();
  private readonly dispatcher: RequestDispatcher;
  private readonly publisher: EventPublisher;
  private readonly queue: CommandQueue;
  private connection: EngineConnection | undefined;
  private execution: IdempotentExecution | undefined;

  constructor(
    readonly options: ResolvedCatgaOptions,
    readonly services: NodeServices,
  ) {
    this.nodeId = options.nodeId;
    this.clock = services.clock;
    this.timetable = new Timetable(services.clock);
    this.admission = new Admission(options.concurrency, this.timetable);
    this.failures = new CatgaErrorSink(services.logger);
    this.codec = new Codec(options.serializer, options.limits);
    this.ids = new CatgaIds({
      clock: services.clock,
      onClockDrift: ({ backwardMs }) =>
        services.logger.warn(
          `The clock stepped back; ids go on from ${backwardMs} ms ahead of it until it catches up.`,
        ),
    });
    this.presence = new NodePresence(
      {
        nodeId: options.nodeId,
        service: options.service,
        endpoint: options.endpoint,
        incarnation: services.clock.now(),
        protocolVersion: PROTOCOL_VERSION,
        metadata: options.metadata,
      },
      this.nodesSeen,
      () => [...this.requests.values()].map(({ type }) => type.name),
      () => this.load,
    );
    const parts = {
      host: this,
      admission: this.admission,
      timetable: this.timetable,
      failures: this.failures,
      codec: this.codec,
      limits: options.limits,
      waiting: this.waiting,
      newId: () => this.ids.next(),
      log: () => this.connected('A durable message').log,
      idempotency: () => this.idempotency(),
    };
    this.dispatcher = new RequestDispatcher(parts);
    this.publisher = new EventPublisher(parts);
    this.queue = new CommandQueue(parts);
  }

  /** Takes the routes and the connection, and work from now on. */
  open(
    connection: EngineConnection,
    requests: ReadonlyMap<MessageConstructor, RequestRoute>,
    events: readonly EventRoute[],
  ): void {
    this.connection = connection;
    this.requests = requests;
    for (const route of events) this.events.set(route.type.target, route);
    this.execution = new IdempotentExecution(
      connection.idempotency,
      this.options.idempotency,
      this.codec,
      new ErrorCodec(this.services.errorTranslators),
      this.timetable,
    );
    this.isOpen = true;
    this.hasOpened = true;
  }

  /** The connection. `CATGA_SHUTTING_DOWN` before there is one and after it is closed. */
  connected(what: string): EngineConnection {
    if (this.connection === undefined) throw shuttingDownError(what, this.nodeId);
    return this.connection;
  }

  /** Whether what the engine keeps ends with this process. */
  get forgetsMessages(): boolean {
    return this.connection?.dueMessages !== undefined;
  }

  /** Resolves once nothing is being handled and, where messages end with the process, none that is due is left. */
  async settled(): Promise<void> {
    await this.admission.idle();
    while ((this.connection?.dueMessages?.() ?? 0) > 0) {
      await nextTurn(); // They are handed out by then.
      await this.admission.idle();
    }
  }

  /** Resolves with whether `work` was done within `timeoutMs`. */
  async isDoneWithin(timeoutMs: number, work: Promise<void>): Promise<boolean> {
    let expire = (): void => {};
    const expired = new Promise<boolean>((resolve) => (expire = () => resolve(false)));
    const entry = this.timetable.after(timeoutMs, expire);
    const isIdle = await Promise.race([work.then(() => true), expired]);
    this.timetable.remove(entry);
    return isIdle;
  }

  /** Takes a failure of the engine to the error sink. */
  reportOfEngine(thrown: unknown): void {
    this.failures.report({
      error: toError(thrown),
      source: `engine ${this.options.engine.name}`,
      envelope: undefined,
      attempt: 0,
      disposition: 'none',
    });
  }

  /** Aborts the signals of all that still runs, and refuses what waits for it. */
  abortRunning(): void {
    const reason = shuttingDownError('What was not finished', this.nodeId);
    this.abortReason = reason;
    for (const cancellation of this.abortable) cancellation.cancel(reason);
    for (const giveUp of this.waiting) giveUp(reason);
    this.admission.refuseWaiting(reason);
  }

  /** Lets go of the engine. */
  async close(): Promise<void> {
    const { connection } = this;
    this.connection = undefined;
    this.isOpen = false;
    await connection?.close();
    this.presence.close();
    this.timetable.clear();
  }

  abortOnStop(cancellation: Cancellation, outcome: Promise<unknown>): void {
    if (this.abortReason !== undefined) return cancellation.cancel(this.abortReason);
    this.abortable.add(cancellation);
    const forget = (): void => void this.abortable.delete(cancellation);
    outcome.then(forget, forget);
  }

  /** See `RequestDispatcher`. There is none past an observer, who wants to be told of every request. */
  shortWayTo(type: MessageType, handler: CompiledHandler): RequestRoute['direct'] {
    return this.services.observer === undefined ? this.dispatcher.shortWayTo(type, handler) : undefined;
  }

  send(route: RequestRoute | undefined, request: object, options: SendOptions | undefined): Promise<unknown> {
    if (!this.isOpen) return Promise.reject(this.closedError(request));
    this.services.observer?.sent(request, options ?? {});
    if (route === undefined) return Promise.reject(this.noHandlerError(request));
    return this.dispatcher.dispatch(route, request, options ?? {});
  }

  sendAs<R>(request: CatgaRequest<R>, options: SendOptions, cause: Cause): Promise<R> {
    this.services.observer?.sent(request, options);
    const target = messageClass(request);
    const route = target && this.requests.get(target);
    if (this.connection === undefined) return Promise.reject(this.closedError(request));
    if (route === undefined) return Promise.reject(this.noHandlerError(request));
    return this.dispatcher.dispatch(route, request, options, cause) as Promise<R>;
  }

  sendToNode(nodeId: string, request: object, options: SendOptions | undefined): Promise<unknown> {
    const target = messageClass(request);
    if (nodeId === this.nodeId) return this.send(target && this.requests.get(target), request, options);
    const present = this.nodes().map((node) => node.nodeId);
    return Promise.reject(
      new CatgaError(
        'CATGA_NODE_NOT_FOUND',
        `There is no node '${nodeId}'; present: ${present.join(', ') || 'none'}.`,
        {
          details: { nodeId, present },
        },
      ),
    );
  }

  async enqueue(command: object, options: EnqueueOptions): Promise<EnqueueReceipt> {
    if (!this.isOpen) throw this.closedError(command);
    return this.enqueueAs(command, options);
  }

  async enqueueAs(command: object, options: EnqueueOptions, cause?: Cause): Promise<EnqueueReceipt> {
    this.services.observer?.enqueued(command, options);
    const target = messageClass(command);
    const route = target && this.requests.get(target);
    if (route === undefined) throw this.noHandlerError(command);
    return this.queue.enqueue(route, command, options, cause);
  }

  publish(event: object, options: PublishOptions | undefined): Promise<void> {
    if (!this.isOpen) return Promise.reject(this.closedError(event));
    return this.publishAs(event, options);
  }

  publishAs(event: object, options: PublishOptions | undefined, cause?: Cause): Promise<void> {
    this.services.observer?.published(event, options ?? {});
    const target = (event as object | undefined)?.constructor;
    const route = target === this.lastEvent ? this.lastEventRoute : this.findEvent(target);
    return route !== undefined && this.connection !== undefined
      ? this.publisher.publish(route, event, options, cause)
      : this.publishFirst(event, options, cause);
  }

  /** The first event of a class that nobody here handles, or something that is no event. */
  private publishFirst(event: object, options?: PublishOptions, cause?: Cause): Promise<void> {
    return this.withRoute(event, (route) => this.publisher.publish(route, event, options, cause));
  }

  private findEvent(target: unknown): EventRoute | undefined {
    const route = this.events.get(target as MessageConstructor);
    if (route !== undefined) {
      this.lastEvent = target;
      this.lastEventRoute = route;
    }
    return route;
  }

  broadcast(event: object, options: PublishOptions | undefined): Promise<void> {
    if (!this.isOpen) return Promise.reject(this.closedError(event));
    this.services.observer?.published(event, options ?? {});
    return this.withRoute(event, (route) => this.publisher.deliver(route, event, options));
  }

  nodes(): readonly NodeInfo[] {
    // The directory knows this node's load of the last heartbeat; this node knows better.
    return this.nodesSeen.nodes.map((node) => (node.nodeId === this.nodeId ? this.self() : node));
  }

  self(): NodeInfo {
    return this.presence.self;
  }

  watchNodes(): AsyncIterable<NodeChange> {
    return this.nodesSeen.watch();
  }

  private get load(): NodeInfo['load'] {
    const { inFlight, queued, handled } = this.admission;
    return { inFlight, queued, handled };
  }

  private idempotency(): IdempotentExecution {
    if (this.execution === undefined) throw shuttingDownError('A recorded request', this.nodeId);
    return this.execution;
  }

  /** Finds or makes the route of an event; one that nobody here handles has no subscribers. */
  private async withRoute(event: object, use: (route: EventRoute) => Promise<void>): Promise<void> {
    if (this.connection === undefined) throw this.closedError(event);
    const type = this.registry.typeOfMessage(event);
    if (type.kind !== 'event') {
      throw new CatgaError(
        'CATGA_CONFIGURATION',
        `${type.name} is a ${type.kind}: send it; only events are published.`,
      );
    }
    let route = this.events.get(type.target);
    if (route === undefined) this.events.set(type.target, (route = { type, subscribers: [] }));
    return use(route);
  }

  private closedError(message: unknown): Error {
    const name = messageClass(message)?.name ?? 'A message';
    return this.hasOpened ? shuttingDownError(name, this.nodeId) : notStartedError(name, this.nodeId);
  }

  private noHandlerError(request: unknown): Error {
    try {
      const { name, kind } = this.registry.typeOfMessage(request);
      if (kind === 'event') {
        return new CatgaError(
          'CATGA_NO_HANDLER',
          `${name} is an event: publish it; only commands and queries are sent.`,
        );
      }
      const nodes = this.nodes().map((node) => node.nodeId);
      return new CatgaError(
        'CATGA_NO_HANDLER',
        `No handler for ${name} on the nodes ${nodes.join(', ') || '(none)'}.`,
        {
          details: { name, nodes },
        },
      );
    } catch (thrown) {
      return toError(thrown);
    }
  }
}
