import type { MessageType } from '../contracts/message-type.js';
import type { MessageConstructor } from '../contracts/message.js';
import type { NodeChange, NodeInfo } from '../contracts/node-info.js';
import { saidHeaders } from '../contracts/said-headers.js';
import type { CatgaResult } from '../contracts/result.js';
import type { CatgaRequest } from '../contracts/request.js';
import type {
  EnqueueOptions,
  EnqueueReceipt,
  PublishOptions,
  SendOptions,
} from '../contracts/send-options.js';
import type { HandledRequest, IncomingTraffic } from '../cluster/incoming-traffic.js';
import type { CatgaIds } from '../ids/catga-ids.js';
import type { NodeInterests, NodePresence } from '../discovery/node-presence.js';
import type { NodeRegistry } from '../discovery/node-registry.js';
import { toError } from '../errors/catga-error.js';
import { notStartedError, shuttingDownError } from '../errors/message-errors.js';
import type { ResolvedCatgaOptions } from '../options/catga-options.js';
import type { Admission } from '../pipeline/admission/admission.js';
import type { Cause, ContextHost } from '../pipeline/handler-context.js';
import type { Clock } from '../ports/clock.js';
import type { DurableLog } from '../ports/durable-log.js';
import type { NodeAddress } from '../ports/links.js';
import type { ConsumingNode } from '../reliability/delivery-handler.js';
import type { CatgaErrorSink } from '../reliability/failure-sink.js';
import type { Cancellation } from '../time/cancellation.js';
import type { Timetable } from '../time/timetable.js';
import type { Codec } from '../wire/codec.js';
import type { EventRecord, FrameBody } from '../wire/frame-records.js';
import { CallPolicies } from '../pipeline/resilience/call-policies.js';
import { CommandQueue } from '../queue/command-queue.js';
import type { EngineAccess } from './engine-access.js';
import { EventPublisher } from '../events/event-publisher.js';
import { EventRouter } from '../events/event-router.js';
import type { MediatorHost } from './mediator-host.js';
import { MessageRegistry, messageClass } from '../handlers/message-registry.js';
import type { MessageObserver } from './node-services.js';
import { RequestDispatcher } from '../requests/request-dispatcher.js';
import { LocalRequest } from '../requests/local-request.js';
import { RequestRouter } from '../requests/request-router.js';
import type { CompiledHandler, EventRoute, RequestRoute } from '../handlers/routes.js';
import { RunningWork } from './running-work.js';

/** What a node's messages need of it. */
export interface MessagingServices {
  readonly options: ResolvedCatgaOptions;
  readonly observer: MessageObserver | undefined;
  readonly engine: EngineAccess;
  /** Where what is to be stored goes; throws `CATGA_SHUTTING_DOWN` while the engine is not connected. */
  readonly log: () => Pick<DurableLog, 'append'>;
  readonly clock: Clock;
  readonly timetable: Timetable;
  readonly admission: Admission;
  readonly failures: CatgaErrorSink;
  readonly codec: Codec;
  readonly nodes: NodeRegistry;
  readonly ids: CatgaIds;
  readonly presence: () => NodePresence;
}

/** Every message that callers, handlers and other nodes hand to this node, and the way each of them takes. */
export class NodeMessaging implements MediatorHost, ContextHost, ConsumingNode, IncomingTraffic {
  isOpen = false;
  requests: ReadonlyMap<MessageConstructor, RequestRoute> = new Map();
  readonly admission: Admission;
  readonly clock: Clock;
  readonly nodeId: string;
  readonly service: string;
  readonly registry = new MessageRegistry();
  private readonly observer: MessageObserver | undefined;
  private readonly running = new RunningWork();
  private readonly dispatcher: RequestDispatcher;
  private readonly queue: CommandQueue;
  private readonly policies: CallPolicies;
  private readonly requestRouter: RequestRouter;
  private readonly eventRouter: EventRouter;
  /** The requests that other nodes may send, by wire name. */
  private readonly handled = new Map<string, LocalRequest>();
  private hasOpened = false;

  constructor(private readonly services: MessagingServices) {
    const { options, engine, admission, codec, ids } = services;
    const newId = (): string => ids.next();
    this.admission = admission;
    this.clock = services.clock;
    this.nodeId = options.nodeId;
    this.service = options.service;
    this.observer = services.observer;
    const parts = {
      host: this,
      admission,
      timetable: services.timetable,
      failures: services.failures,
      codec,
      engine: options.engine,
      limits: options.limits,
      waiting: this.running.waiting,
      newId,
      log: services.log,
      idempotency: () => engine.idempotency(),
      outcomes: () => engine.outcomes(),
    };
    this.dispatcher = new RequestDispatcher(parts);
    this.queue = new CommandQueue(parts);
    this.policies = new CallPolicies(options.behaviors, {
      clock: services.clock,
      timetable: services.timetable,
      waiting: this.running.waiting,
    });
    this.requestRouter = new RequestRouter(
      this,
      this.registry,
      services.nodes,
      this.dispatcher,
      this.policies,
      engine,
      services.ids,
      options.routing === 'local-first',
    );
    const publisher = new EventPublisher(parts);
    this.eventRouter = new EventRouter(this.registry, publisher, codec, services.ids, engine);
  }

  /** Takes the routes, and work from now on. */
  open(requests: ReadonlyMap<MessageConstructor, RequestRoute>, events: readonly EventRoute[]): void {
    this.requests = requests;
    for (const route of requests.values())
      this.handled.set(route.type.name, new LocalRequest(route, this.dispatcher));
    this.eventRouter.add(events);
    this.isOpen = true;
    this.hasOpened = true;
  }

  /** Which messages the handlers here want. */
  get interests(): NodeInterests {
    const handles = [...this.requests.values()].map(({ type }) => type.name);
    return { handles, ...this.eventRouter.interests };
  }

  /** See `RequestDispatcher`. There is none past an observer, who wants to be told of every request, nor past policies. */
  shortWayTo(type: MessageType, handler: CompiledHandler): RequestRoute['direct'] {
    const mustBeSent = this.observer !== undefined || this.policies.of(type) !== undefined;
    return mustBeSent ? undefined : this.dispatcher.shortWayTo(type, handler);
  }

  send(route: RequestRoute | undefined, request: object, options: SendOptions | undefined): Promise<unknown> {
    if (!this.isOpen) return Promise.reject(this.closedError(request));
    this.observer?.sent(request, options ?? {});
    try {
      return this.requestRouter.send(route, request, saidHeaders(options ?? {}));
    } catch (thrown) {
      return Promise.reject(toError(thrown));
    }
  }

  sendAs<R>(request: CatgaRequest<R>, options: SendOptions, cause: Cause): Promise<R> {
    this.observer?.sent(request, options);
    if (!this.services.engine.isConnected) return Promise.reject(this.closedError(request));
    try {
      return this.requestRouter.send(
        this.routeOf(request),
        request,
        saidHeaders(options),
        cause,
      ) as Promise<R>;
    } catch (thrown) {
      return Promise.reject(toError(thrown));
    }
  }

  sendToNode(nodeId: string, request: object, options: SendOptions | undefined): Promise<unknown> {
    if (!this.isOpen) return Promise.reject(this.closedError(request));
    this.observer?.sent(request, options ?? {});
    try {
      return this.requestRouter.sendToNode(
        nodeId,
        this.routeOf(request),
        request,
        saidHeaders(options ?? {}),
      );
    } catch (thrown) {
      return Promise.reject(toError(thrown));
    }
  }

  async enqueue(command: object, options: EnqueueOptions): Promise<EnqueueReceipt> {
    if (!this.isOpen) throw this.closedError(command);
    return this.enqueueAs(command, options);
  }

  async enqueueAs(command: object, options: EnqueueOptions, cause?: Cause): Promise<EnqueueReceipt> {
    this.observer?.enqueued(command, options);
    // In a cluster any node may handle it, one that is not there yet too.
    if (this.services.engine.remoteRequests === undefined && this.routeOf(command) === undefined)
      throw this.requestRouter.noHandlerError(command);
    return this.queue.enqueue(this.registry.typeOfMessage(command), command, saidHeaders(options), cause);
  }

  async outcomeOf(command: MessageConstructor, messageId: string): Promise<CatgaResult<unknown> | undefined> {
    return this.queue.outcomeOf(this.registry.typeOf(command), messageId);
  }

  publish(event: object, options: PublishOptions | undefined): Promise<void> {
    if (!this.isOpen) return Promise.reject(this.closedError(event));
    return this.publishAs(event, options);
  }

  publishAs(event: object, options: PublishOptions | undefined, cause?: Cause): Promise<void> {
    this.observer?.published(event, options ?? {});
    if (!this.services.engine.isConnected) return Promise.reject(this.closedError(event));
    try {
      return this.eventRouter.publish(event, options && saidHeaders(options), cause);
    } catch (thrown) {
      return Promise.reject(toError(thrown));
    }
  }

  broadcast(event: object, options: PublishOptions | undefined): Promise<void> {
    if (!this.isOpen) return Promise.reject(this.closedError(event));
    this.observer?.published(event, options ?? {});
    return this.eventRouter.broadcast(event, options && saidHeaders(options));
  }

  nodes(): readonly NodeInfo[] {
    // The directory knows this node's load of the last heartbeat; this node knows better.
    return this.services.nodes.nodes.map((node) => (node.nodeId === this.nodeId ? this.self() : node));
  }

  self(): NodeInfo {
    return this.services.presence().self;
  }

  watchNodes(): AsyncIterable<NodeChange> {
    return this.services.nodes.watch();
  }

  handledRequest(name: string): HandledRequest | undefined {
    return this.handled.get(name);
  }

  /** An event of another node. `CATGA_SERIALIZATION` if it cannot be decoded. */
  receiveEvent(sender: NodeAddress, event: EventRecord<FrameBody>): void {
    if (this.isOpen) this.eventRouter.receive(sender, event);
  }

  abortOnStop(cancellation: Cancellation, outcome: Promise<unknown>): void {
    this.running.abortOnStop(cancellation, outcome);
  }

  get hasGivenUp(): boolean {
    return this.running.isAborted;
  }

  /** Aborts the signals of all that still runs, and refuses what waits for it. */
  abortRunning(): void {
    const reason = shuttingDownError('Running handlers', this.nodeId);
    this.running.abort(reason);
    this.admission.refuseWaiting(reason);
  }

  /** Takes nothing any more, and ends what still waits. */
  close(): void {
    this.isOpen = false;
    this.running.stopWaiting(shuttingDownError('A waiting request', this.nodeId));
  }

  private routeOf(request: object): RequestRoute | undefined {
    const target = messageClass(request);
    return target && this.requests.get(target);
  }

  private closedError(message: unknown): Error {
    const name = messageClass(message)?.name ?? 'A message';
    return this.hasOpened ? shuttingDownError(name, this.nodeId) : notStartedError(name, this.nodeId);
  }
}
