import type { MessageConstructor } from '../contracts/message.js';
import { suspectAfterMs } from '../discovery/suspicion.js';
import { NodePresence } from '../discovery/node-presence.js';
import { NodeRegistry } from '../discovery/node-registry.js';
import { CatgaError } from '../errors/catga-error.js';
import { Cluster } from '../cluster/cluster.js';
import { EventFanOut } from '../events/event-fan-out.js';
import { CheckedRouting } from '../routing/checked-routing.js';
import { resolveRoutingStrategy } from '../routing/resolve-routing-strategy.js';
import { EngineHealth } from '../health/engine-health.js';
import { CatgaIds } from '../ids/catga-ids.js';
import type { ResolvedCatgaOptions } from '../options/catga-options.js';
import { Admission } from '../pipeline/admission/admission.js';
import { Tracing } from '../pipeline/tracing.js';
import type { Clock } from '../ports/clock.js';
import type { DurableLog } from '../ports/durable-log.js';
import type { EngineConnection } from '../ports/engine.js';
import type { EngineMonitor } from '../ports/engine-monitor.js';
import { CatgaErrorSink, failureOf } from '../reliability/failure-sink.js';
import { ErrorRules } from '../reliability/error-rules.js';
import { CommandReplies } from '../reliability/command-replies.js';
import { IdempotentExecution } from '../reliability/idempotent-execution.js';
import { OutcomeCodec } from '../reliability/outcome-codec.js';
import { QueuedOutcomes } from '../reliability/queued-outcomes.js';
import { TransactionalHandler } from '../reliability/transactional-handler.js';
import { UntilTaken } from '../reliability/until-taken.js';
import { NodeOutbox } from '../reliability/outbox/node-outbox.js';
import { nextTurn } from '../time/next-turn.js';
import { Teardown } from '../time/teardown.js';
import { Timetable } from '../time/timetable.js';
import { Codec } from '../wire/codec.js';
import { ErrorCodec } from '../wire/error-codec.js';
import { PROTOCOL_VERSION } from '../wire/frame-layout.js';
import { EngineAccess } from './engine-access.js';
import { GuardedObserver } from './guarded-observer.js';
import { MessageLog } from './message-log.js';
import { NodeMessaging } from './node-messaging.js';
import type { NodeServices } from './node-services.js';
import type { EventRoute, RequestRoute } from '../handlers/routes.js';

/** What a node is while it runs: its parts, and how they begin, go on and end together. */
export class NodeRuntime {
  readonly nodeId: string;
  readonly clock: Clock;
  readonly timetable: Timetable;
  readonly admission: Admission;
  readonly failures: CatgaErrorSink;
  readonly codec: Codec;
  readonly ids: CatgaIds;
  readonly engine: EngineAccess;
  readonly health: EngineHealth;
  readonly messaging: NodeMessaging;
  readonly presence: NodePresence;
  readonly outbox: NodeOutbox | undefined;
  readonly teardown: Teardown;
  readonly writes: UntilTaken;
  /** Undefined without the option `telemetry`. */
  readonly tracing: Tracing | undefined;
  private readonly nodesSeen: NodeRegistry;
  /** What the errors of handlers mean. */
  readonly rules: ErrorRules;
  /** Of handlers with `transaction: true`. */
  readonly transaction: TransactionalHandler;
  /** Outcomes of queued commands, for those who asked. */
  readonly replies: CommandReplies;
  readonly errorCodec: ErrorCodec;
  readonly messageLog: MessageLog;
  private workerId: number | undefined;
  private closing: Promise<void> | undefined;

  constructor(
    readonly options: ResolvedCatgaOptions,
    readonly services: NodeServices,
  ) {
    const { clock, logger, observer } = services;
    this.nodeId = options.nodeId;
    this.clock = clock;
    this.timetable = new Timetable(clock, (thrown) => this.reportFlood('timer', thrown));
    this.admission = new Admission(options.concurrency, this.timetable);
    this.failures = new CatgaErrorSink(logger, clock);
    this.writes = new UntilTaken(this.timetable, (thrown) => this.reportFlood('recording', thrown));
    this.rules = new ErrorRules(options.outcomes, options.deadLetterOn);
    this.tracing = Tracing.of(options.telemetry, (thrown) => this.reportFlood('telemetry', thrown));
    this.teardown = new Teardown(clock, (step, thrown) => this.report(`stopping: ${step}`, thrown));
    const dialect = { protocolVersion: PROTOCOL_VERSION, serializer: options.serializer.name };
    this.nodesSeen = new NodeRegistry(
      {
        clock,
        timetable: this.timetable,
        suspectAfterMs: suspectAfterMs(options.heartbeat),
        selfNodeId: options.nodeId,
      },
      dialect,
    );
    this.codec = new Codec(options.serializer, options.limits);
    this.ids = new CatgaIds({
      clock,
      onClockDrift: ({ backwardMs }) =>
        logger.warn(
          `The clock stepped back by ${backwardMs} ms; ids continue from the earlier time until the clock catches up.`,
        ),
    });
    this.engine = new EngineAccess(options.nodeId);
    this.health = new EngineHealth(options.engine.name, options.health.graceMs, clock, logger);
    const { nodeId, timetable, failures } = this;
    const log = (): DurableLog => this.engine.connected('A durable message').log;
    const relay = { nodeId, log, replicas: () => this.replicas, clock, timetable, failures, logger };
    this.outbox = options.outbox && new NodeOutbox(options.outbox, relay, (token) => services.resolve(token));
    this.messageLog = new MessageLog(
      this.engine,
      this.outbox,
      options.outbox?.capabilities.isTransactional === true,
    );
    this.presence = new NodePresence(
      {
        nodeId: options.nodeId,
        service: options.service,
        endpoint: options.endpoint,
        incarnation: clock.now(),
        ...(options.role === 'tool' && { role: options.role }),
        ...dialect,
        metadata: options.metadata,
      },
      this.nodesSeen,
      () => this.messaging.interests,
      () => {
        const { inFlight, queued, handled } = this.admission;
        return { inFlight, queued, unanswered: this.engine.unanswered, handled };
      },
      (error) => this.reportFlood('directory', error),
    );
    this.messaging = new NodeMessaging(
      options,
      clock,
      timetable,
      this.admission,
      failures,
      this.codec,
      this.ids,
      this.engine,
      this.messageLog,
      this.nodesSeen,
      this.presence,
      observer && new GuardedObserver(observer, (thrown) => this.reportFlood('observer', thrown)),
    );
    this.errorCodec = new ErrorCodec(
      [this.messaging.registry.errors, ...services.errorTranslators],
      (thrown) => this.reportFlood('error translator', thrown),
    );
    this.replies = new CommandReplies(log, this.codec, this.errorCodec, this.writes, { nodeId, clock });
    this.transaction = new TransactionalHandler(
      () => {
        if (this.outbox === undefined) throw new TypeError('A transaction needs an outbox.');
        return this.outbox.transactions();
      },
      new OutcomeCodec(this.codec, this.errorCodec),
      this.rules,
      options.idempotency.ttlMs,
      this.tracing,
    );
  }

  /** Opens this node's inbox, where the engine reaches other nodes. */
  async joinCluster(connection: EngineConnection): Promise<void> {
    const { options, messaging, nodesSeen: registry, clock, timetable, codec, failures, ids } = this;
    const openLinks = connection.openLinks?.bind(connection);
    const { outcomes } = connection;
    if (openLinks === undefined || outcomes === undefined) return;
    const { nodeId, incarnation } = this.presence.self;
    const self = { nodeId, incarnation };
    const parts = { self, registry, clock, timetable, codec, errors: this.errorCodec, failures };
    const chosen = resolveRoutingStrategy(options.routing);
    const routing = typeof options.routing === 'string' ? chosen : new CheckedRouting(chosen);
    const cluster = await Cluster.open(
      self,
      openLinks,
      (transport) => new Cluster(parts, messaging, routing, options.request, outcomes, transport),
    );
    this.engine.joined = {
      cluster,
      events: new EventFanOut(parts, options.service, cluster.links, ids),
    };
    registry.listen(({ type, node }) => {
      const joined = type === 'joined' ? registry.get(node.nodeId) : undefined;
      if (joined?.isUnderstood === false)
        this.services.logger.warn(
          registry.dialectError(`Nothing is sent to node ${node.nodeId}`, [joined]).message,
        );
    });
  }

  /** Takes the routes and the connection, and work from now on. */
  open(
    connection: EngineConnection,
    requests: ReadonlyMap<MessageConstructor, RequestRoute>,
    events: readonly EventRoute[],
  ): void {
    const { codec, errorCodec, timetable, options, tracing } = this;
    this.useWorker(connection.workerId);
    const store = this.quiet(connection.idempotency);
    const outcomes = new OutcomeCodec(codec, errorCodec);
    this.engine.open(
      connection,
      new IdempotentExecution(
        store,
        options.idempotency,
        outcomes,
        this.rules,
        timetable,
        this.writes,
        tracing,
      ),
      new QueuedOutcomes(store, options.idempotency, outcomes, timetable, this.writes),
    );
    this.messaging.open(requests, events);
  }

  /** Whether this node is in the directory, as far as it knows. */
  get isPresent(): boolean {
    return this.nodesSeen.get(this.nodeId) !== undefined;
  }

  /** A part of the engine as operators and records use it: what it does belongs to no message, and shows up in no trace. */
  quiet<T extends object>(part: T): T {
    return this.tracing === undefined ? part : this.tracing.quiet(part);
  }

  /** A heartbeat. */
  async beat(): Promise<void> {
    const { workerId } = this.engine;
    if (workerId !== undefined && workerId !== this.workerId) this.useWorker(workerId);
    const sentMs = this.clock.monotonicMs();
    try {
      const beat = (): Promise<void> => this.presence.beat();
      await (this.tracing === undefined ? beat() : this.tracing.internal(beat));
      this.health.beatArrived();
    } catch (thrown) {
      if (isUnavailable(thrown)) this.health.beatFailed(sentMs, thrown.message);
      throw thrown;
    }
  }

  /** What the engine tells of its connection goes to whoever asks for the node's health, the log and the error sink. */
  get monitor(): EngineMonitor {
    const source = `engine ${this.options.engine.name}`;
    return {
      ...this.health.connection,
      restored: () => {
        this.health.connection.restored();
        this.outbox?.retryNow();
      },
      refused: (what, error) => this.reportFlood(`${source} ${what}`, error),
      warn: (message) => this.services.logger.warn(message),
      note: (message) => this.services.logger.debug(message),
    };
  }

  /**
   * Resolves once nothing is being handled, the outbox sends nothing and, where messages end with the process, none that is
   * due is left.
   */
  async settled(): Promise<void> {
    await this.admission.idle();
    while (this.engine.dueMessages > 0 || this.outbox?.isBusy === true) {
      await nextTurn(); // They are handed out by then.
      await this.admission.idle();
    }
  }

  /** Takes a failure of the engine to the error sink. */
  reportOfEngine(thrown: unknown): void {
    this.report(`engine ${this.options.engine.name}`, thrown);
  }

  /** Whether the node lets go of its engine. */
  get isClosing(): boolean {
    return this.closing !== undefined;
  }

  /** Lets go of the engine, within so many milliseconds. Never rejects. */
  close(withinMs: number): Promise<void> {
    return (this.closing ??= this.closeOnce(withinMs));
  }

  /** Closes a connection that the node has no use for. Never rejects. */
  async letGo(connection: EngineConnection, withinMs: number): Promise<void> {
    await this.stopping(`engine ${this.options.engine.name}`, withinMs, () => connection.close(withinMs));
  }

  private async closeOnce(withinMs: number): Promise<void> {
    const { clock, engine, outbox, presence } = this;
    const endMs = clock.monotonicMs() + withinMs;
    this.health.end();
    this.tracing?.close();
    await this.stopping('work', withinMs, () => this.messaging.close());
    this.writes.giveUp();
    outbox?.stop();
    const { connection, joined } = engine;
    engine.leave();
    // What is not answered is refused at once; half of the time is for what leaves this process.
    if (joined !== undefined) await this.stopping('answers', withinMs / 2, () => joined.cluster.flush());
    const leftMs = (): number => Math.max(0, endMs - clock.monotonicMs());
    if (connection !== undefined) await this.letGo(connection, leftMs());
    if (outbox !== undefined) await this.stopping('the outbox', leftMs(), () => outbox.close());
    await this.stopping('the directory', leftMs(), () => presence.close());
    this.timetable.clear();
  }

  /** A step of stopping, waited for so many milliseconds at most. Never rejects: it is reported, or logged as overdue. */
  async stopping(name: string, withinMs: number, run: () => unknown): Promise<void> {
    if ((await this.teardown.step(name, withinMs, run)) !== 'overdue') return;
    this.services.logger.warn(
      `Shutdown: ${name} did not finish within ${Math.round(withinMs)} ms; the shutdown continues.`,
    );
  }

  /** Ids of the nodes of this service that are alive: they share its outbox. */
  private get replicas(): readonly string[] {
    const { service } = this.options;
    return this.nodesSeen.nodes.flatMap((node) =>
      node.service === service && node.status === 'alive' ? [node.nodeId] : [],
    );
  }

  private useWorker(workerId: number): void {
    this.workerId = workerId;
    this.ids.useWorker(workerId);
  }

  /** A failure that may come often. */
  reportOf(source: string, thrown: unknown): void {
    this.reportFlood(source, thrown);
  }

  private report(source: string, thrown: unknown): void {
    this.failures.report(failureOf(source, thrown));
  }

  /** A failure that whoever reaches this node's inbox can bring about. */
  private reportFlood(source: string, thrown: unknown): void {
    this.failures.reportFlood(failureOf(source, thrown));
  }
}

function isUnavailable(thrown: unknown): thrown is CatgaError {
  return thrown instanceof CatgaError && thrown.code === 'CATGA_ENGINE_UNAVAILABLE';
}
