import type { FailureReport } from '../contracts/error-report.js';
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
import { suspectAfterMs } from '../discovery/suspicion.js';
import { NodePresence } from '../discovery/node-presence.js';
import { NodeRegistry } from '../discovery/node-registry.js';
import { toError } from '../errors/catga-error.js';
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
import { PROTOCOL_VERSION } from '../wire/frame-layout.js';
import type { EventRecord, FrameBody } from '../wire/frame-records.js';
import type { ClusterGateway } from './cluster-gateway.js';
import { CallPolicies } from './call-policies.js';
import { CommandQueue } from './command-queue.js';
import { EventPublisher } from './event-publisher.js';
import { EventRouter } from './event-router.js';
import { joinCluster } from './join-cluster.js';
import type { JoinedCluster } from './join-cluster.js';
import type { MediatorHost } from './mediator-host.js';
import { MessageRegistry, messageClass } from './message-registry.js';
import type { NodeServices } from './node-services.js';
import { RunningWork } from './running-work.js';
import { RequestRouter } from './request-router.js';
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
  private readonly nodesSeen: NodeRegistry;
  private readonly policies: CallPolicies;
  private readonly router: RequestRouter;
  private readonly eventRouter: EventRouter;
  private readonly running = new RunningWork();
  private readonly dispatcher: RequestDispatcher;
  private readonly publisher: EventPublisher;
  private readonly queue: CommandQueue;
  private connection: EngineConnection | undefined;
  private workerId: number | undefined;
  private execution: IdempotentExecution | undefined;
  private joined: JoinedCluster | undefined;
  private readonly errorCodec: ErrorCodec;

  constructor(
    readonly options: ResolvedCatgaOptions,
    readonly services: NodeServices,
  ) {
    this.nodeId = options.nodeId;
    this.clock = services.clock;
    this.timetable = new Timetable(services.clock);
    this.admission = new Admission(options.concurrency, this.timetable);
    this.failures = new CatgaErrorSink(services.logger, services.clock);
    this.errorCodec = new ErrorCodec(services.errorTranslators);
    const dialect = { protocolVersion: PROTOCOL_VERSION, serializer: options.serializer.name };
    this.nodesSeen = new NodeRegistry(
      {
        clock: services.clock,
        timetable: this.timetable,
        suspectAfterMs: suspectAfterMs(options.heartbeat),
        selfNodeId: options.nodeId,
      },
      dialect,
    );
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
        ...dialect,
        metadata: options.metadata,
      },
      this.nodesSeen,
      () => ({
        handles: [...this.requests.values()].map(({ type }) => type.name),
        ...this.eventRouter.interests,
      }),
      () => this.load,
      (error) => this.reportFlood('directory', error),
    );
    const parts = {
      host: this,
      admission: this.admission,
      timetable: this.timetable,
      failures: this.failures,
      codec: this.codec,
      engine: options.engine,
      limits: options.limits,
      waiting: this.running.waiting,
      newId: () => this.ids.next(),
      log: () => this.connected('A durable message').log,
      idempotency: () => this.idempotency(),
    };
    this.dispatcher = new RequestDispatcher(parts);
    this.publisher = new EventPublisher(parts);
    this.queue = new CommandQueue(parts);
    const gateway = (): ClusterGateway | undefined => this.joined?.gateway;
    this.policies = new CallPolicies(options.behaviors, {
      clock: services.clock,
      timetable: this.timetable,
      waiting: this.running.waiting,
    });
    this.router = new RequestRouter({
      nodeId: options.nodeId,
      isLocalFirst: options.routing === 'local-first',
      types: this.registry,
      nodes: this.nodesSeen,
      dispatcher: this.dispatcher,
      policies: this.policies,
      clock: services.clock,
      newId: parts.newId,
      isOpen: () => this.isOpen,
      gateway,
    });
    this.eventRouter = new EventRouter({
      types: this.registry,
      publisher: this.publisher,
      codec: this.codec,
      newId: parts.newId,
      gateway,
    });
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
    this.eventRouter.add(events);
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
    const { nodeId, incarnation } = this.presence.self;
    this.joined = await joinCluster(connection, this.options, {
      self: { nodeId, incarnation },
      registry: this.nodesSeen,
      clock: this.clock,
      timetable: this.timetable,
      codec: this.codec,
      errors: this.errorCodec,
      isOpen: () => this.isOpen,
      handledType: (name) => this.handledRoute(name)?.type,
      run: (type, message, attributes, remainingMs, isRecorded, end) => {
        const route = this.handledRoute(type.name);
        if (route === undefined) throw this.router.noHandlerError(message);
        return this.dispatcher.receive(route, message, attributes, remainingMs, isRecorded, end);
      },
      event: (sender, event) => this.receive(sender, event),
      failed: (source, thrown) => this.reportFlood(source, thrown),
      warn: (message) => this.services.logger.warn(message),
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
    this.failures.report(failureOf(source, thrown));
  }

  /** A failure that whoever reaches this node's inbox can bring about. */
  private reportFlood(source: string, thrown: unknown): void {
    this.failures.reportFlood(failureOf(source, thrown));
  }

  /** Aborts the signals of all that still runs, and refuses what waits for it. */
  abortRunning(): void {
    const reason = shuttingDownError('What was not finished', this.nodeId);
    this.running.abort(reason);
    this.admission.refuseWaiting(reason);
  }

  /** Lets go of the engine. */
  async close(): Promise<void> {
    const { connection, joined } = this;
    this.connection = undefined;
    this.isOpen = false;
    const reason = shuttingDownError('What was not answered', this.nodeId);
    this.running.stopWaiting(reason);
    joined?.cluster.close(reason);
    await joined?.cluster.flush();
    await connection?.close();
    this.presence.close();
    this.timetable.clear();
  }

  abortOnStop(cancellation: Cancellation, outcome: Promise<unknown>): void {
    this.running.abortOnStop(cancellation, outcome);
  }

  /** See `RequestDispatcher`. There is none past an observer, who wants to be told of every request, nor past policies. */
  shortWayTo(type: MessageType, handler: CompiledHandler): RequestRoute['direct'] {
    const mustBeSent = this.services.observer !== undefined || this.policies.of(type) !== undefined;
    return mustBeSent ? undefined : this.dispatcher.shortWayTo(type, handler);
  }

  send(route: RequestRoute | undefined, request: object, options: SendOptions | undefined): Promise<unknown> {
    if (!this.isOpen) return Promise.reject(this.closedError(request));
    this.services.observer?.sent(request, options ?? {});
    return this.router.send(route, request, options ?? {});
  }

  sendAs<R>(request: CatgaRequest<R>, options: SendOptions, cause: Cause): Promise<R> {
    this.services.observer?.sent(request, options);
    if (this.connection === undefined) return Promise.reject(this.closedError(request));
    return this.router.send(this.routeOf(request), request, options, cause) as Promise<R>;
  }

  sendToNode(nodeId: string, request: object, options: SendOptions | undefined): Promise<unknown> {
    if (!this.isOpen) return Promise.reject(this.closedError(request));
    this.services.observer?.sent(request, options ?? {});
    return this.router.sendToNode(nodeId, this.routeOf(request), request, options ?? {});
  }

  async enqueue(command: object, options: EnqueueOptions): Promise<EnqueueReceipt> {
    if (!this.isOpen) throw this.closedError(command);
    return this.enqueueAs(command, options);
  }

  async enqueueAs(command: object, options: EnqueueOptions, cause?: Cause): Promise<EnqueueReceipt> {
    this.services.observer?.enqueued(command, options);
    // In a cluster any node may handle it, one that is not there yet too.
    if (this.joined === undefined && this.routeOf(command) === undefined)
      throw this.router.noHandlerError(command);
    return this.queue.enqueue(this.registry.typeOfMessage(command), command, options, cause);
  }

  publish(event: object, options: PublishOptions | undefined): Promise<void> {
    if (!this.isOpen) return Promise.reject(this.closedError(event));
    return this.publishAs(event, options);
  }

  publishAs(event: object, options: PublishOptions | undefined, cause?: Cause): Promise<void> {
    this.services.observer?.published(event, options ?? {});
    if (this.connection === undefined) return Promise.reject(this.closedError(event));
    try {
      return this.eventRouter.publish(event, options, cause);
    } catch (thrown) {
      return Promise.reject(toError(thrown));
    }
  }

  broadcast(event: object, options: PublishOptions | undefined): Promise<void> {
    if (!this.isOpen) return Promise.reject(this.closedError(event));
    this.services.observer?.published(event, options ?? {});
    return this.eventRouter.broadcast(event, options);
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

  /** An event of another node. */
  private receive(sender: NodeAddress, event: EventRecord<FrameBody>): void {
    if (!this.isOpen) return;
    try {
      this.eventRouter.receive(sender, event);
    } catch (thrown) {
      this.reportFlood(event.name, thrown);
    }
  }

  private routeOf(request: object): RequestRoute | undefined {
    const target = messageClass(request);
    return target && this.requests.get(target);
  }

  private handledRoute(name: string): RequestRoute | undefined {
    const type = this.registry.named(name);
    return type && this.requests.get(type.target);
  }

  private get load(): NodeInfo['load'] {
    const { inFlight, queued, handled } = this.admission;
    return { inFlight, queued, unanswered: this.joined?.cluster.unanswered ?? 0, handled };
  }

  private idempotency(): IdempotentExecution {
    if (this.execution === undefined) throw shuttingDownError('A recorded request', this.nodeId);
    return this.execution;
  }

  private closedError(message: unknown): Error {
    const name = messageClass(message)?.name ?? 'A message';
    return this.hasOpened ? shuttingDownError(name, this.nodeId) : notStartedError(name, this.nodeId);
  }
}

/** A failure that is of no message. */
function failureOf(source: string, thrown: unknown): FailureReport {
  return { error: toError(thrown), source, envelope: undefined, attempt: 0, disposition: 'none' };
}
