import type { OwnerAnswer, OwnerQuestion } from '../ports/queued-commands.js';
import type { MessageType } from '../contracts/message-type.js';
import type { MessageConstructor } from '../contracts/message.js';
import type { NodeChange, NodeInfo } from '../contracts/node-info.js';
import { saidHeaders } from '../contracts/said-headers.js';
import type { SaidEnqueueOptions } from '../contracts/said-headers.js';
import type { CatgaResult } from '../contracts/result.js';
import type { CatgaRequest } from '../contracts/request.js';
import type {
  EnqueueOptions,
  EnqueueReceipt,
  PublishOptions,
  SendOptions,
} from '../contracts/send-options.js';
import type { IncomingTraffic } from '../cluster/incoming-traffic.js';
import type { CatgaIds } from '../ids/catga-ids.js';
import type { NodeInterests, NodePresence, NodeSends } from '../discovery/node-presence.js';
import type { NodeRegistry } from '../discovery/node-registry.js';
import { toError } from '../errors/catga-error.js';
import { localMessageError, notStartedError, shuttingDownError } from '../errors/message-errors.js';
import type { ResolvedCatgaOptions } from '../options/catga-options.js';
import { Admission } from '../pipeline/admission/admission.js';
import type { Cause, ContextHost, HandledListener } from '../pipeline/handler-context.js';
import { PropagatedHeaders } from '../pipeline/propagated-headers.js';
import type { SendSide } from '../pipeline/send-side.js';
import type { Clock } from '../ports/clock.js';
import { failureOf } from '../reliability/failure-sink.js';
import type { NodeAddress } from '../ports/links.js';
import type { ConsumingNode } from '../reliability/delivery-handler.js';
import type { CatgaErrorSink } from '../reliability/failure-sink.js';
import type { Cancellation } from '../time/cancellation.js';
import type { Timetable } from '../time/timetable.js';
import type { Codec } from '../wire/codec.js';
import type { Limits } from '../wire/limits.js';
import type { EventRecord, FrameBody } from '../wire/frame-records.js';
import { CallPolicies } from '../pipeline/resilience/call-policies.js';
import { CommandQueue } from '../queue/command-queue.js';
import { OutcomeWaiter } from '../queue/outcome-waiter.js';
import { MessageCapture } from './message-capture.js';
import type { CapturedMessage } from './message-capture.js';
import type { MessageLog } from './message-log.js';
import type { EngineAccess } from './engine-access.js';
import { EventPublisher } from '../events/event-publisher.js';
import { EventRouter } from '../events/event-router.js';
import type { MediatorHost } from './mediator-host.js';
import { MessageRegistry, messageClass } from '../handlers/message-registry.js';
import { fromStoredMessage } from '../wire/message-codec.js';
import type { MessageObserver } from './node-services.js';
import { PastSendSide } from './past-send-side.js';
import type { CommandWay, EventWay, RequestWay } from './past-send-side.js';
import { RequestDispatcher } from '../requests/request-dispatcher.js';
import { LocalRequest } from '../requests/local-request.js';
import { RequestRouter } from '../requests/request-router.js';
import type { CompiledHandler, EventRoute, RequestRoute } from '../handlers/routes.js';
import { RunningWork } from './running-work.js';

/** For how many tools' questions there are places at a time. */
const ADMIN_LIMITS = { maxInFlight: 8, maxQueued: 64, queueTimeoutMs: 5_000 } as const;

/** Options of a message that is captured. */
export interface CaptureOptions {
  readonly messageId: string;
  readonly delayMs?: number | undefined;
}

/** Every message that callers, handlers and other nodes hand to this node, and the way each of them takes. */
export class NodeMessaging implements MediatorHost, ContextHost, ConsumingNode, IncomingTraffic {
  isOpen = false;
  requests: ReadonlyMap<MessageConstructor, RequestRoute> = new Map();
  readonly nodeId: string;
  readonly service: string;
  private readonly limits: Limits;
  readonly registry: MessageRegistry;
  /** The requests that other nodes may send, by wire name. */
  readonly handled = new Map<string, LocalRequest>();
  private readonly running = new RunningWork();
  private readonly propagated: PropagatedHeaders;
  private readonly dispatcher: RequestDispatcher;
  private readonly queue: CommandQueue;
  private readonly policies: CallPolicies;
  private readonly requestRouter: RequestRouter;
  private readonly eventRouter: EventRouter;
  private requestWay: RequestWay;
  private eventWay: EventWay;
  private commandWay: CommandWay;
  private hasOpened = false;
  private readonly adminRoutes = new Map<MessageConstructor, RequestRoute>();
  /** Told of what handlers do, while a tool listens. */
  listener: HandledListener | undefined;

  constructor(
    options: ResolvedCatgaOptions,
    readonly clock: Clock,
    readonly timetable: Timetable,
    readonly admission: Admission,
    readonly failures: CatgaErrorSink,
    private readonly codec: Codec,
    private readonly ids: CatgaIds,
    private readonly engine: EngineAccess,
    log: MessageLog,
    private readonly nodesSeen: NodeRegistry,
    private readonly presence: NodePresence,
    private readonly observer: MessageObserver | undefined,
  ) {
    const {
      nodeId,
      service,
      engine: engineOption,
      limits,
      behaviors,
      routing,
      remote,
      inheritance,
    } = options;
    const { waiting } = this.running;
    this.nodeId = nodeId;
    this.registry = new MessageRegistry(remote);
    this.limits = limits;
    this.propagated = new PropagatedHeaders(options.propagatedHeaders);
    this.service = service;
    this.dispatcher = new RequestDispatcher(
      this,
      admission,
      timetable,
      failures,
      limits,
      waiting,
      engine,
      ids,
    );
    const waiter = new OutcomeWaiter(engine, timetable, waiting);
    this.queue = new CommandQueue(this, codec, engineOption, log, ids, engine, waiter);
    this.policies = new CallPolicies(behaviors, { clock, timetable, waiting });
    this.requestRouter = new RequestRouter(
      this,
      this.registry,
      nodesSeen,
      this.dispatcher,
      this.policies,
      engine,
      ids,
      routing === 'local-first',
    );
    const publisher = new EventPublisher(this, admission, failures, codec, log, ids);
    this.eventRouter = new EventRouter(this.registry, publisher, codec, ids, engine, inheritance !== 'none');
    this.requestWay = this.requestRouter;
    this.eventWay = this.eventRouter;
    this.commandWay = this.queue;
  }

  /** Leads all messages past what acts where they are handed over. Before the routes are compiled. */
  leadPast(sendSide: SendSide): void {
    const { registry, requestRouter, eventRouter, queue } = this;
    const past = new PastSendSide(sendSide, registry, requestRouter, eventRouter, queue, (message) =>
      this.isOpen ? undefined : this.closedError(message),
    );
    this.requestWay = past;
    this.eventWay = past;
    this.commandWay = past;
  }

  /** Takes the routes, and work from now on. */
  open(requests: ReadonlyMap<MessageConstructor, RequestRoute>, events: readonly EventRoute[]): void {
    this.requests = requests;
    const { dispatcher, admission, timetable, ids } = this;
    for (const route of requests.values()) {
      if (route.type.isLocal) continue;
      const local = new LocalRequest(route, dispatcher, this, admission, timetable, ids);
      this.handled.set(route.type.name, local);
    }
    this.eventRouter.add(events);
    this.isOpen = true;
    this.hasOpened = true;
  }

  /** Answers tools, with places of their own: a node that is overloaded says so. */
  openAdmin(routes: readonly RequestRoute[]): void {
    const { timetable, failures, running, engine, ids, limits } = this;
    const admission = new Admission(ADMIN_LIMITS, timetable);
    const dispatcher = new RequestDispatcher(
      this,
      admission,
      timetable,
      failures,
      limits,
      running.waiting,
      engine,
      ids,
    );
    for (const route of routes) {
      this.adminRoutes.set(route.type.target, route);
      this.handled.set(route.type.name, new LocalRequest(route, dispatcher, this, admission, timetable, ids));
    }
  }

  /** What another node's cancelling of a queued command asks. */
  async answerForQueue(question: OwnerQuestion): Promise<OwnerAnswer> {
    const { queued } = this.engine.connected('The queue');
    return queued === undefined ? {} : queued.answer(question);
  }

  /** Which messages the handlers here want, and which were sent here. */
  get interests(): NodeInterests & NodeSends {
    const handles = [...this.requests.values()].flatMap(({ type }) => (type.isLocal ? [] : [type.name]));
    const { published, interests } = this.eventRouter;
    return { handles, ...interests, sends: this.requestRouter.sent.all, publishes: published.all };
  }

  /** See `RequestDispatcher`. There is none past an observer, who wants to be told of every request, the send side and policies. */
  shortWayTo(type: MessageType, handler: CompiledHandler): RequestRoute['direct'] {
    const hasSendSide = this.requestWay !== this.requestRouter;
    const mustBeSent = this.observer !== undefined || hasSendSide || this.policies.of(type) !== undefined;
    return mustBeSent ? undefined : this.dispatcher.shortWayTo(type, handler);
  }

  send(route: RequestRoute | undefined, request: object, options: SendOptions | undefined): Promise<unknown> {
    if (!this.isOpen) return Promise.reject(this.closedError(request));
    this.observer?.sent(request, options ?? {});
    try {
      return this.requestWay.send(route, request, saidHeaders(options ?? {}));
    } catch (thrown) {
      return Promise.reject(toError(thrown));
    }
  }

  sendAs<R>(request: CatgaRequest<R>, options: SendOptions, cause: Cause): Promise<R> {
    this.observer?.sent(request, options);
    if (!this.engine.isConnected) return Promise.reject(this.closedError(request));
    try {
      return this.requestWay.send(
        this.routeOf(request),
        request,
        this.propagated.in(saidHeaders(options), cause),
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
      return this.requestWay.sendToNode(
        nodeId,
        this.routeOf(request) ?? this.adminRoutes.get(request.constructor as MessageConstructor),
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
    this.checkQueued(command);
    const said = this.propagated.in(saidHeaders(options), cause);
    const type = this.registry.typeOfMessage(command);
    if (type.isLocal) throw localMessageError(type.name, 'be queued');
    this.requestRouter.sent.add(type.name);
    return this.commandWay.enqueue(type, command, said, cause);
  }

  /**
   * A reliable event, or a command to be queued, ready to be stored: it has gone past the send side. No observer is told, because
   * it may never be stored.
   */
  async capture(
    message: object,
    { messageId, delayMs }: CaptureOptions,
    cause: Cause | undefined,
  ): Promise<CapturedMessage> {
    const capture = new MessageCapture();
    const options: SaidEnqueueOptions = {
      messageId,
      transaction: capture,
      ...(delayMs !== undefined && { delayMs }),
    };
    const said = this.propagated.in(options, cause);
    const type = this.registry.typeOfMessage(message);
    if (type.kind === 'event') await this.eventWay.publish(message, said, cause);
    else {
      this.checkQueued(message);
      if (type.isLocal) throw localMessageError(type.name, 'be queued');
      this.requestRouter.sent.add(type.name);
      await this.commandWay.enqueue(type, message, said, cause);
    }
    if (capture.captured !== undefined) return capture.captured;
    throw new TypeError(`A behavior of the send side kept ${type.name} back, which a step has to send.`);
  }

  /** A captured message is stored now. */
  tellObserver({ message: stored, delayMs }: CapturedMessage): void {
    const { name, kind, messageId } = stored;
    const type = this.observer && this.registry.named(name);
    if (this.observer === undefined || type === undefined) return;
    const message = fromStoredMessage(this.codec, type, stored);
    if (kind === 'event') this.observer.published(message, { messageId });
    else this.observer.enqueued(message, { messageId, ...(delayMs !== undefined && { delayMs }) });
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
    if (!this.engine.isConnected) return Promise.reject(this.closedError(event));
    try {
      const said = options && this.propagated.in(saidHeaders(options), cause);
      return this.eventWay.publish(event, said, cause);
    } catch (thrown) {
      return Promise.reject(toError(thrown));
    }
  }

  broadcast(event: object, options: PublishOptions | undefined): Promise<void> {
    if (!this.isOpen) return Promise.reject(this.closedError(event));
    this.observer?.published(event, options ?? {});
    return this.eventWay.broadcast(event, options && saidHeaders(options));
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

  /** An event of another node. What cannot be decoded is reported: nobody there waits for it. */
  event(event: EventRecord<FrameBody>, sender: NodeAddress): void {
    if (!this.isOpen) return;
    try {
      this.eventRouter.receive(sender, event);
    } catch (thrown) {
      this.failures.reportFlood(failureOf(event.name, thrown));
    }
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

  /** In a cluster any node may handle a queued command, one that is not there yet too. */
  private checkQueued(command: object): void {
    if (this.engine.sender === undefined && this.routeOf(command) === undefined)
      throw this.requestRouter.noHandlerError(command);
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
