import { AskQueueOwner } from '../admin/admin-messages.js';
import { NodeAdmin } from '../admin/node-admin.js';
import type { ToolQuestion } from '../admin/node-admin.js';
import type { ServiceContracts } from '../admin/service-contracts.js';
import type { EventHandlerOptions, RequestHandlerOptions } from '../contracts/handlers.js';
import type { MessageConstructor } from '../contracts/message.js';
import type { CatgaIds } from '../ids/catga-ids.js';
import type { CatgaOptions, ResolvedCatgaOptions } from '../options/catga-options.js';
import { resolveCatgaOptions } from '../options/resolve-options.js';
import type { HandlerFunction } from '../pipeline/pipeline.js';
import type { Clock } from '../ports/clock.js';
import type { EngineConnection } from '../ports/engine.js';
import type { TracedNode } from '../ports/message-tracer.js';
import { CatgaDeadLetters } from '../reliability/dead-letters.js';
import { DeliveryRecords } from '../reliability/delivery-records.js';
import type { CatgaErrorSink } from '../reliability/failure-sink.js';
import { GuardedLogger } from '../reliability/guarded-logger.js';
import { CatgaSubscriptions, leftBehind } from '../reliability/subscriptions.js';
import type { RegisterAccess } from '../reliability/subscriptions.js';
import { CatgaOutbox } from '../reliability/outbox/catga-outbox.js';
import { CatgaMediator } from './catga-mediator.js';
import { HandlerCompiler } from './compile-handlers.js';
import { contractsOf } from './contracts-of.js';
import { CatgaQueue } from '../queue/catga-queue.js';
import { DurableSubscriptions } from '../queue/durable-subscriptions.js';
import { NodeDrain } from './node-drain.js';
import { NodeRuntime } from './node-runtime.js';
import { NodeSteps } from './node-steps.js';
import { DEFAULT_SERVICES } from './node-services.js';
import type { NodeServices } from './node-services.js';
import type { NodeSummary } from './node-summary.js';
import { NamedMessages } from '../handlers/named-messages.js';
import type {
  EventHandlerRegistration,
  HandlerRegistration,
  RequestHandlerRegistration,
} from '../handlers/registration.js';
import { compileRoutes } from './wire-routes.js';
import { checkWiring } from './wiring.js';
import type { Wiring } from './wiring.js';

type HandlerDetails = Partial<Omit<HandlerRegistration, 'handler'>>;

/**
 * One node: handlers, a mediator, and the engine between them and the rest of the world. `CatgaModule` makes one for
 * an application; without Nest, register handlers, then `init()`, `start()`, and in the end `stop()`.
 */
export class CatgaNode {
  readonly options: ResolvedCatgaOptions;
  readonly mediator: CatgaMediator;
  readonly deadLetters: CatgaDeadLetters;
  readonly subscriptions: CatgaSubscriptions;
  readonly queue: CatgaQueue;
  readonly outbox: CatgaOutbox;
  readonly failures: CatgaErrorSink;
  readonly ids: CatgaIds;
  /** For packages that keep processes. May change in any release. */
  readonly steps: NodeSteps;
  /** Messages by wire name, for tools. */
  readonly named: NamedMessages;
  private readonly runtime: NodeRuntime;
  private readonly requests: RequestHandlerRegistration[] = [];
  private readonly events: EventHandlerRegistration[] = [];
  private readonly questions: ToolQuestion[] = [];
  private readonly durable: DurableSubscriptions;
  private readonly draining: NodeDrain;

  /** `CATGA_CONFIGURATION` for wrong options. */
  constructor(options: CatgaOptions = {}, services: Partial<NodeServices> = {}) {
    this.options = resolveCatgaOptions(options);
    const runtime = new NodeRuntime(this.options, guarded({ ...DEFAULT_SERVICES, ...services }));
    this.runtime = runtime;
    this.mediator = new CatgaMediator(runtime.messaging);
    const { tracing } = runtime;
    this.deadLetters = new CatgaDeadLetters(
      () => {
        const { log, deadLetters, inbox } = runtime.engine.connected('Dead letters');
        return {
          log: runtime.quiet(log),
          deadLetters: runtime.quiet(deadLetters),
          inbox: runtime.quiet(inbox),
        };
      },
      runtime.codec,
      this.options.deadLetters.ttlMs,
      tracing,
    );
    this.outbox = new CatgaOutbox(() => runtime.outbox?.access);
    this.ids = runtime.ids;
    this.named = new NamedMessages(runtime.messaging.registry);
    this.failures = runtime.failures;
    const { messaging, admission, ids, codec, failures, rules } = runtime;
    const records = new DeliveryRecords(
      runtime.engine,
      runtime.writes,
      this.options.idempotency.ttlMs,
      this.options.deadLetters.ttlMs,
      runtime.replies,
    );
    this.durable = new DurableSubscriptions(
      messaging,
      admission,
      ids,
      codec,
      failures,
      rules,
      records,
      tracing,
    );
    const register = (what: string): ReturnType<RegisterAccess['connected']> => {
      const { subscriptions, pauses } = runtime.engine.connected(what);
      return {
        subscriptions: subscriptions && runtime.quiet(subscriptions),
        pauses: pauses && runtime.quiet(pauses),
      };
    };
    this.subscriptions = new CatgaSubscriptions({ connected: register }, this.durable);
    this.queue = new CatgaQueue(
      {
        connected: (what) => {
          const { queued } = runtime.engine.connected(what);
          return queued === undefined ? {} : { queued: runtime.quiet(queued) };
        },
        outcomes: () => runtime.engine.outcomes(),
        ask: (nodeId, question) => this.mediator.sendToNode(nodeId, new AskQueueOwner(question)),
      },
      runtime.clock,
      records,
    );
    const { delayMs, drainTimeoutMs } = this.options.shutdown;
    this.draining = new NodeDrain(runtime, this.durable, delayMs, drainTimeoutMs);
    this.steps = new NodeSteps(runtime, this.draining);
  }

  /** The one handler of a request. Before `init`. */
  handleRequest(
    message: MessageConstructor,
    handler: HandlerFunction,
    { name, usesContext, dependsOnCaller, location, ...options }: HandlerDetails & RequestHandlerOptions = {},
  ): this {
    this.requests.push({
      name: name ?? `${message.name}Handler`,
      usesContext,
      dependsOnCaller,
      location,
      options,
      message,
      handler,
    });
    return this;
  }

  /** A handler of events. Its name is what durable subscriptions go by. Before `init`. */
  handleEvent(
    messages: MessageConstructor | readonly MessageConstructor[],
    handler: HandlerFunction,
    { name, usesContext, dependsOnCaller, location, ...options }: HandlerDetails & EventHandlerOptions = {},
  ): this {
    const all = Array.isArray(messages)
      ? (messages as readonly MessageConstructor[])
      : [messages as MessageConstructor];
    const ownName = name ?? `${all.map((message) => message.name).join('And')}Handler`;
    this.events.push({
      name: ownName,
      usesContext,
      dependsOnCaller,
      location,
      options,
      messages: all,
      handler,
    });
    return this;
  }

  /** Answers a question of tools, if the option of `admin` allows. The directory does not tell of it. Before `init`. */
  answerTools(option: ToolQuestion['option'], question: MessageConstructor, handler: HandlerFunction): this {
    this.questions.push({ option, question, handler });
    return this;
  }

  /**
   * Checks and compiles all handlers, connects, and makes the durable subscriptions. From now on messages can be sent;
   * what comes through the log waits for {@link start}. `CATGA_CONFIGURATION` lists everything that is wrong.
   * @param problems what whoever registered the handlers found wrong, to be listed with the rest
   */
  async init(problems: readonly string[] = []): Promise<NodeSummary> {
    const { options, runtime } = this;
    const { engine, namespace, nodeId, heartbeat } = options;
    const wiring = this.checked(problems);
    const compiler = await HandlerCompiler.create(
      runtime.services,
      runtime.timetable,
      options.behaviors,
      runtime.transaction,
      runtime.tracing,
    );
    const { tracing } = runtime;
    const sendSide = tracing === undefined ? compiler.sendSide : tracing.aroundSending(compiler.sendSide);
    if (sendSide !== undefined) runtime.messaging.leadPast(sendSide);
    const routes = await compileRoutes(wiring, compiler, options, (type, handler) =>
      runtime.messaging.shortWayTo(type, handler),
    );
    const adminRoutes = new NodeAdmin(runtime.messaging, options, routes, this.questions).routes();
    const connect = (): Promise<EngineConnection> =>
      engine.connect({
        namespace,
        nodeId,
        clock: runtime.clock,
        heartbeatTimeoutMs: heartbeat.timeoutMs,
        isTool: options.role === 'tool',
        monitor: runtime.monitor,
      });
    const connection = await (tracing === undefined ? connect() : tracing.internal(connect));
    try {
      await runtime.joinCluster(connection);
    } catch (thrown) {
      await runtime.letGo(connection, this.draining.leftMs);
      throw thrown;
    }
    runtime.open(connection, routes.requests, routes.events);
    runtime.messaging.openAdmin(adminRoutes);
    try {
      await this.durable.provision(routes.durable, connection);
      await runtime.outbox?.open(namespace);
    } catch (thrown) {
      await runtime.close(this.draining.leftMs);
      throw thrown;
    }
    tracing?.attach(this.traced);
    const requestTypes = [...routes.requests.values()].map(({ type }) => type);
    return {
      engine: engine.name,
      service: options.service,
      nodeId,
      commands: requestTypes.filter(({ kind }) => kind === 'command').length,
      queries: requestTypes.filter(({ kind }) => kind === 'query').length,
      events: routes.events.length,
      eventHandlers: this.events.length,
      durableSubscriptions: routes.durable.length,
      behaviors: options.behaviors.length,
    };
  }

  /**
   * What is handled here, as data. Needs neither {@link init} nor an engine that can be reached.
   *
   * @param problems as for {@link init}
   */
  contracts(problems: readonly string[] = []): ServiceContracts {
    return contractsOf(this.checked(problems), this.options);
  }

  /** Every handler is ready: consumes what comes through the log, and makes the node known. */
  async start(): Promise<void> {
    this.durable.start();
    this.runtime.outbox?.start();
    const connection = this.runtime.engine.connected('The node');
    await this.runtime.presence.announce(connection.directory);
    void this.reportLeftBehind(connection).catch((thrown: unknown) => {
      // It was stopped meanwhile, or the broker is away: the next start tells.
      if (this.isOpen) this.runtime.reportOfEngine(thrown);
    });
  }

  /** Resolves once nothing is being handled and, on the memory engine, nothing that is due now is left to handle. */
  settled(): Promise<void> {
    return this.runtime.settled();
  }

  /** A heartbeat; `CatgaModule` calls it every `heartbeat.intervalMs`. */
  beat(): Promise<void> {
    return this.runtime.beat();
  }

  /**
   * Announces the stop: {@link problem} is set at once, so that load balancers send no more traffic, and everything works as
   * before until `shutdown.delayMs` is over. Resolves then; never rejects.
   */
  announceStop(): Promise<void> {
    return this.draining.announce();
  }

  /**
   * Announces the stop, if that has not been done, and waits `shutdown.delayMs`. Then it
   * withdraws, refuses new work with `CATGA_SHUTTING_DOWN`, stops consuming, and waits for running handlers, up to
   * `shutdown.drainTimeoutMs`; what still runs then has its signal aborted. What waits in the outbox is sent within the
   * rest of that time. Never rejects, and takes no longer, whatever the broker does: a step that fails is reported.
   */
  drain(): Promise<void> {
    return this.draining.run();
  }

  /**
   * Gives back what was taken and not finished, and lets go of the engine, within what draining left of
   * `shutdown.drainTimeoutMs`, at least a second. Never rejects.
   */
  close(): Promise<void> {
    return this.runtime.close(this.draining.leftMs);
  }

  /** Whether the node takes new work. */
  get isOpen(): boolean {
    return this.runtime.messaging.isOpen;
  }

  /**
   * Why the node should get no traffic: it has not started, it is stopping, or its engine has been out of reach for longer
   * than `health.graceMs`. Undefined while it is ready.
   */
  get problem(): string | undefined {
    if (this.draining.hasBegun) return 'The node is stopping.';
    if (!this.isOpen) return 'The node has not started.';
    const { engineProblem, runtime } = this;
    return engineProblem ?? (runtime.isPresent ? undefined : 'The node is not in the directory.');
  }

  /** Why the engine is out of reach; undefined while it can be reached, or for up to `health.graceMs` after that ended. */
  get engineProblem(): string | undefined {
    return this.runtime.health.problem;
  }

  /** Where its time comes from. */
  get clock(): Clock {
    return this.runtime.clock;
  }

  /** Drains and closes. */
  async stop(): Promise<void> {
    await this.drain();
    await this.close();
  }

  private checked(problems: readonly string[]): Wiring {
    const { registry } = this.runtime.messaging;
    return checkWiring(registry, this.options, this.requests, this.events, problems);
  }

  /** What tracers may ask of this node. */
  private get traced(): TracedNode {
    const { nodeId, service } = this.options;
    return {
      nodeId,
      service,
      nodes: () => this.mediator.nodes(),
      subscriptions: async () => {
        const all = await this.subscriptions.list();
        const { ids } = this.durable;
        return [...all.filter(({ id }) => ids.includes(id)), ...leftBehind(all, service, ids)];
      },
      outbox: () => this.outbox.counts(),
      sagas: () => this.steps.openSagas(),
      projections: () => this.steps.projectionLags(),
    };
  }

  /** Tells of what is paused; and handlers that are no longer in the code go on collecting messages until somebody says that they may be forgotten. */
  private async reportLeftBehind({ subscriptions }: EngineConnection): Promise<void> {
    if (subscriptions === undefined) return;
    const { service } = this.options;
    const { ids } = this.durable;
    const all = await subscriptions.list();
    for (const { id, isPaused } of all) {
      if (isPaused === true && ids.includes(id))
        this.runtime.services.logger.warn(
          `The subscription '${id}' is paused: its messages wait until it is resumed with CatgaSubscriptions.`,
        );
    }
    for (const { id, waiting } of leftBehind(all, service, ids)) {
      this.runtime.services.logger.warn(
        `This node has no handler for the durable subscription '${id}', which has a backlog of ${waiting} messages. If no ` +
          'other node handles it any more, drop it with CatgaSubscriptions: its backlog keeps growing.',
      );
    }
  }
}

/** A logger that fails must not keep the node from its work. */
function guarded(services: NodeServices): NodeServices {
  return { ...services, logger: new GuardedLogger(services.logger) };
}
