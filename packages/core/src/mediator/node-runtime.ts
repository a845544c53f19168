import type { MessageConstructor } from '../contracts/message.js';
import type { NodeChange, NodeInfo } from '../contracts/node-info.js';
import type { CatgaRequest } from '../contracts/request.js';
import type {
  EnqueueOptions,
  EnqueueReceipt,
  PublishOptions,
  SendOptions,
} from '../contracts/send-options.js';
import { Cluster } from '../delivery/cluster.js';
import type { KnownNode } from '../discovery/known-node.js';
import { suspectAfterMs } from '../discovery/suspicion.js';
import { NodePresence, PROTOCOL_VERSION } from '../discovery/node-presence.js';
import type { NodeInterests } from '../discovery/node-presence.js';
import { NodeRegistry } from '../discovery/node-registry.js';
import { CatgaError, toError } from '../errors/catga-error.js';
import { notStartedError, shuttingDownError } from '../errors/message-errors.js';
import { CatgaIds } from '../ids/catga-ids.js';
import type { ResolvedCatgaOptions } from '../options/catga-options.js';
import { Admission } from '../pipeline/admission/admission.js';
import type { Cause, ContextHost } from '../pipeline/handler-context.js';
import type { Clock } from '../ports/clock.js';
import type { EngineConnection } from '../ports/engine.js';
import type { NodeAddress } from '../ports/links.js';
import { CatgaErrorSink } from '../reliability/failure-sink.js';
import { IdempotentExecution } from '../reliability/idempotent-execution.js';
import type { Cancellation } from '../time/cancellation.js';
import { nextTurn } from '../time/next-turn.js';
import { Timetable } from '../time/timetable.js';
import { Codec } from '../wire/codec.js';
import { ErrorCodec } from '../wire/error-codec.js';
import type { EventRecord } from '../wire/frame-records.js';
import { messageFromBytes } from '../wire/message-codec.js';
import { resolveRoutingStrategy } from '../routing/resolve-routing-strategy.js';
import type { MessageType } from '../contracts/message-type.js';
import { ClusterGateway } from './cluster-gateway.js';
import { CommandQueue } from './command-queue.js';
import { EventPublisher } from './event-publisher.js';
import type { MediatorHost } from './mediator-host.js';
import { MessageRegistry, messageClass } from './message-registry.js';
import type { NodeServices } from './node-services.js';
import { RequestDispatcher } from './request-dispatcher.js';
import type { EventRoute, RequestRoute } from './routes.js';

/** How many requests may be unanswered at one other node before further ones are refused. */
const MAX_PENDING_PER_NODE = 65_536;

/** How long what a node finished is kept for one that takes over: longer than anybody waits, in milliseconds. */
const OUTCOME_TTL_MS = 10 * 60 * 1000;

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
  private readonly nodesSeen: NodeRegistry;
  private readonly events = new Map<MessageConstructor, EventRoute>();
  private readonly abortable = new Set<Cancellation>();
  private abortReason: CatgaError | undefined;
  private readonly waiting = new Set<(reason: CatgaError) => void>();
  private readonly dispatcher: RequestDispatcher;
  private readonly publisher: EventPublisher;
  private readonly queue: CommandQueue;
  private connection: EngineConnection | undefined;
  private workerId: number | undefined;
  private execution: IdempotentExecution | undefined;
  private cluster: Cluster | undefined;
  private gateway: ClusterGateway | undefined;
  private readonly errorCodec: ErrorCodec;

  constructor(
    readonly options: ResolvedCatgaOptions,
    readonly services: NodeServices,
  ) {
    this.nodeId = options.nodeId;
    this.clock = services.clock;
    this.timetable = new Timetable(services.clock);
    this.admission = new Admission(options.concurrency, this.timetable);
    this.failures = new CatgaErrorSink(services.logger);
    this.errorCodec = new ErrorCodec(services.errorTranslators);
    this.nodesSeen = new NodeRegistry({
      clock: services.clock,
      timetable: this.timetable,
      suspectAfterMs: suspectAfterMs(options.heartbeat),
      selfNodeId: options.nodeId,
    });
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
      () => this.interests,
      () => this.load,
    );
    const parts = {
      host: this,
      admission: this.admission,
      timetable: this.timetable,
      failures: this.failures,
      codec: this.codec,
      engine: options.engine,
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
    this.useWorker(connection.workerId);
    this.requests = requests;
    for (const route of events) this.events.set(route.type.target, route);
    this.execution = new IdempotentExecution(
      connection.idempotency,
      this.options.idempotency,
      this.codec,
      this.errorCodec,
      this.timetable,
    );
    this.isOpen = true;
    this.hasOpened = true;
  }

  /** A heartbeat. */
  async beat(): Promise<void> {
    const { connection } = this;
    if (connection !== undefined && connection.workerId !== this.workerId)
      this.useWorker(connection.workerId);
    await this.presence.beat();
  }

  private useWorker(workerId: number): void {
    this.workerId = workerId;
    this.ids.useWorker(workerId);
  }

  /** Opens this node's inbox, where the engine reaches other nodes. */
  async joinCluster(connection: EngineConnection): Promise<void> {
    const { outcomes } = connection;
    const openLinks = connection.openLinks?.bind(connection);
    if (openLinks === undefined || outcomes === undefined) return;
    const { options, clock, timetable, codec, nodesSeen: registry } = this;
    const { nodeId, incarnation } = this.presence.self;
    const self = { nodeId, incarnation };
    const cluster = await Cluster.join(
      {
        self,
        registry,
        routing: resolveRoutingStrategy(options.routing),
        clock,
        timetable,
        codec,
        errors: this.errorCodec,
        retransmission: options.request,
        maxPendingPerNode: MAX_PENDING_PER_NODE,
        outcomes,
        outcomeTtlMs: OUTCOME_TTL_MS,
        isOpen: () => this.isOpen,
        handledType: (name) => {
          const type = this.registry.named(name);
          return type && this.requests.has(type.target) ? type : undefined;
        },
        run: (type, message, attributes, remainingMs, isRecorded) =>
          this.dispatcher.receive(this.routeOf(type), message, attributes, remainingMs, isRecorded),
        event: (sender, event) => this.receiveEvent(sender, event),
        failed: (source, thrown) => this.report(source, thrown),
      },
      openLinks,
    );
    registry.listen(({ type, node }) => {
      if (type === 'left') cluster.lost(node);
    });
    this.cluster = cluster;
    this.gateway = new ClusterGateway(cluster, {
      self: { nodeId, service: options.service },
      registry,
      codec,
      clock,
      timeoutMs: options.request.timeoutMs,
    });
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
    this.report(`engine ${this.options.engine.name}`, thrown);
  }

  private report(source: string, thrown: unknown): void {
    this.failures.report({
      error: toError(thrown),
      source,
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
    const { connection, cluster } = this;
    this.connection = undefined;
    this.isOpen = false;
    cluster?.close(shuttingDownError('What was not answered', this.nodeId));
    await cluster?.flush();
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

  send(route: RequestRoute | undefined, request: object, options: SendOptions | undefined): Promise<unknown> {
    if (!this.isOpen) return Promise.reject(this.closedError(request));
    this.services.observer?.sent(request, options ?? {});
    if (this.gateway !== undefined && !(route !== undefined && this.isLocalFirst)) {
      return this.sendToAny(this.gateway, route, request, options ?? {}, undefined);
    }
    if (route === undefined) return Promise.reject(this.noHandlerError(request));
    const isPlain = options === undefined && route.timeoutMs === undefined && route.type.qos < 2;
    return isPlain && this.admission.hasRoom
      ? this.dispatcher.run(route, request)
      : this.dispatcher.dispatch(route, request, options ?? {});
  }

  sendAs<R>(request: CatgaRequest<R>, options: SendOptions, cause: Cause): Promise<R> {
    this.services.observer?.sent(request, options);
    const target = messageClass(request);
    const route = target && this.requests.get(target);
    if (this.connection === undefined) return Promise.reject(this.closedError(request));
    if (this.gateway !== undefined && !(route !== undefined && this.isLocalFirst)) {
      return this.sendToAny(this.gateway, route, request, options, cause) as Promise<R>;
    }
    if (route === undefined) return Promise.reject(this.noHandlerError(request));
    return this.dispatcher.dispatch(route, request, options, cause) as Promise<R>;
  }

  /** Sends a request to the node that routing chooses. */
  private sendToAny(
    gateway: ClusterGateway,
    route: RequestRoute | undefined,
    request: object,
    options: SendOptions,
    cause: Cause | undefined,
  ): Promise<unknown> {
    try {
      const type = this.registry.typeOfMessage(request);
      const problem = this.dispatcher.problemOf({ type }, options);
      if (problem !== undefined) return Promise.reject(problem);
      const node = gateway.nodeFor(type, request, options);
      const isHere = node === undefined || node.nodeId === this.nodeId;
      if (!isHere) return gateway.send(type, request, options, cause, node);
      if (route === undefined) return Promise.reject(this.noHandlerError(request));
      return this.dispatcher.dispatch(route, request, options, cause);
    } catch (thrown) {
      return Promise.reject(toError(thrown));
    }
  }

  sendToNode(nodeId: string, request: object, options: SendOptions | undefined): Promise<unknown> {
    const target = messageClass(request);
    const route = target && this.requests.get(target);
    if (nodeId === this.nodeId) {
      if (route === undefined || !this.isOpen) return this.send(route, request, options);
      this.services.observer?.sent(request, options ?? {});
      return this.dispatcher.dispatch(route, request, options ?? {});
    }
    const known = this.nodesSeen.get(nodeId);
    if (known !== undefined && this.gateway !== undefined) {
      return this.sendPinned(this.gateway, known, request, options ?? {});
    }
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

  private async sendPinned(
    gateway: ClusterGateway,
    node: KnownNode,
    request: object,
    options: SendOptions,
  ): Promise<unknown> {
    if (!this.isOpen) throw this.closedError(request);
    this.services.observer?.sent(request, options);
    const type = this.registry.typeOfMessage(request);
    const problem = this.dispatcher.problemOf({ type }, options);
    if (problem !== undefined) throw problem;
    return gateway.send(type, request, options, undefined, node, true);
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
    const route = this.events.get((event as object | undefined)?.constructor as MessageConstructor);
    if (route !== undefined && this.connection !== undefined && this.gateway === undefined) {
      return this.publisher.publish(route, event, options, cause);
    }
    return this.withRoute(event, (found) => {
      const { type, subscribers } = found;
      if (this.gateway === undefined || type.qos > 0)
        return this.publisher.publish(found, event, options, cause);
      const isHandledHere = subscribers.some(({ options: { scope } }) => scope !== 'node');
      const said = { ...options, messageId: options?.messageId ?? this.ids.next() };
      const here = this.publisher.publish(found, event, said, cause);
      this.gateway.publish(type, event, said, cause, isHandledHere);
      return here;
    });
  }

  broadcast(event: object, options: PublishOptions | undefined): Promise<void> {
    if (!this.isOpen) return Promise.reject(this.closedError(event));
    this.services.observer?.published(event, options ?? {});
    return this.withRoute(event, (route) => {
      const said = { ...options, messageId: options?.messageId ?? this.ids.next() };
      const here = this.publisher.deliver(route, event, said);
      this.gateway?.broadcast(route.type, event, said, undefined);
      return here;
    });
  }

  /** An event of another node: for the handlers here that it says. */
  private receiveEvent(sender: NodeAddress, event: EventRecord): void {
    const type = this.registry.named(event.name);
    const route = type && this.events.get(type.target);
    if (route === undefined || !this.isOpen) return;
    try {
      const message = messageFromBytes(this.codec, route.type, event.body, this.codec.serializer.name);
      this.publisher.receive(route, message, event, sender.nodeId);
    } catch (thrown) {
      this.report(event.name, thrown);
    }
  }

  private get isLocalFirst(): boolean {
    return this.options.routing === 'local-first';
  }

  private routeOf(type: MessageType): RequestRoute {
    const route = this.requests.get(type.target);
    if (route === undefined) throw this.noHandlerError(Object.create(type.target.prototype as object));
    return route;
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

  private get interests(): NodeInterests {
    const plain = [...this.events.values()].filter(({ type }) => type.qos === 0);
    const named = (scope: 'service' | 'node'): string[] =>
      plain
        .filter(({ subscribers }) =>
          subscribers.some(({ options }) => (options.scope ?? 'service') === scope),
        )
        .map(({ type }) => type.name);
    return {
      handles: [...this.requests.values()].map(({ type }) => type.name),
      subscribes: named('service'),
      subscribesAsNode: named('node'),
    };
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
