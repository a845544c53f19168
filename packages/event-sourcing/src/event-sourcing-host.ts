import { CatgaError, CatgaNode } from '@catga/nestjs';
import type { ExploredProvider, MessageContext } from '@catga/nestjs';
import { Codec, lineOf } from '@catga/core/engine';
import { DecisionDefinition, kindOf } from './definition/decision-definition.js';
import { DecisionHost, declaredDecisionOf } from './definition/decision-handler.decorator.js';
import type { AnyDecisionHandler, DeclaredDecision } from './definition/decision-handler.decorator.js';
import type { EventStreamClass } from './definition/event-stream.decorator.js';
import { StreamDefinition } from './definition/stream-definition.js';
import { DecisionRunner } from './handling/decision-runner.js';
import { EventCodec } from './handling/event-codec.js';
import { Publications } from './publishing/publications.js';
import { ProjectionHost } from './projections/projection-host.js';
import { projectionOptionsOf } from './projections/projection.decorator.js';
import { StreamAppender, publishOptions } from './handling/stream-appender.js';
import { StreamLoader } from './handling/stream-loader.js';
import { StreamSnapshots } from './handling/stream-snapshots.js';
import type { EventStorage, EventStore, RecordedEvent } from './store/event-store.js';

/** Services of the application that {@link EventSourcingHost} uses. */
export interface HostServices {
  /** Called when the application starts; null for `catga describe`. */
  node(): CatgaNode | null;
  resolve(token: unknown): unknown;
  warn(line: string): void;
  error(line: string): void;
}

/** Streams, decision handlers and projections of an application, on its event store. */
export class EventSourcingHost extends DecisionHost {
  private readonly streams = new Map<EventStreamClass, StreamDefinition | readonly string[]>();
  private readonly decisions = new Map<DeclaredDecision, DecisionDefinition>();
  private opened: EventStore | undefined;
  private publications: Publications | undefined;
  readonly projections: ProjectionHost;
  private parts:
    | {
        readonly codec: EventCodec;
        readonly loader: StreamLoader;
        readonly appender: StreamAppender;
        readonly runner: DecisionRunner;
      }
    | undefined;

  constructor(
    private readonly storage: EventStorage,
    private readonly services: HostServices,
  ) {
    super();
    this.projections = new ProjectionHost({
      storage,
      store: () => this.store,
      decode: (type, recorded) => this.made().codec.decodeAs(type, recorded, this.streamFor(recorded)),
      warn: (line) => services.warn(line),
      error: (line) => services.error(line),
    });
  }

  /** The event store. `CATGA_SHUTTING_DOWN` before the application has started, and after it has stopped. */
  get store(): EventStore {
    if (this.opened !== undefined) return this.opened;
    throw new CatgaError('CATGA_SHUTTING_DOWN', `The event store '${this.storage.name}' is not open.`);
  }

  get loader(): StreamLoader {
    return this.made().loader;
  }

  get appender(): StreamAppender {
    return this.made().appender;
  }

  /** Registers the decision handlers and projections among the providers. Returns the problems of their classes. */
  add(providers: readonly ExploredProvider[]): readonly string[] {
    const problems = providers.flatMap(({ classes, location }) => {
      const target = classes.find((one) => declaredDecisionOf(one) !== undefined);
      const declared = target && declaredDecisionOf(target);
      return declared === undefined || this.decisions.has(declared)
        ? []
        : this.addDecision(declared, `${target?.name} (${location})`);
    });
    const ofProjections = providers.flatMap((provider) => this.addProjection(provider));
    return [
      ...new Set([
        ...problems,
        ...ofProjections,
        ...this.problemsOfNames(),
        ...this.problemsOfDatabase(),
        ...this.problemsOfEngine(),
      ]),
    ];
  }

  /** Starts the projections. */
  start(): void {
    const node = this.services.node();
    if (node === null) return;
    this.projections.start(node);
    this.publications?.start();
  }

  /** Stops projections and publishing. Never rejects; bounded by the shutdown limit of the node. */
  async stop(): Promise<void> {
    const steps = this.services.node()?.steps;
    await steps?.stop('the projections', () => this.projections.stop());
    await steps?.stop('the publishing of stored events', () => this.publications?.stop());
  }

  async open(): Promise<void> {
    const { services, storage } = this;
    const node = services.node();
    if (node === null) return; // `catga describe`.
    const { options, clock } = node;
    const client = {
      namespace: options.namespace,
      clock,
      resolve: (token: unknown) => services.resolve(token),
      engine: {
        get streams() {
          return node.steps.streams;
        },
        get records() {
          return node.steps.storeIn('engine').records;
        },
      },
    };
    const opened = await storage.open(client);
    this.opened = opened;
    const end = opened.end?.bind(opened);
    if (end === undefined) return;
    this.publications = new Publications({
      clock,
      place: client.engine,
      self: () => node.mediator.self,
      nodes: () => node.mediator.nodes(),
      store: () => this.store,
      end,
      publish: (recorded) => this.publish(node, recorded),
      warn: (line) => services.warn(line),
    });
  }

  /** Closes the store. Never rejects; bounded by the shutdown limit of the node. */
  async close(): Promise<void> {
    const { opened, storage } = this;
    this.opened = undefined;
    if (opened?.close === undefined) return;
    await this.services.node()?.steps.stop(`the event store ${storage.name}`, () => opened.close?.());
  }

  run(
    declared: DeclaredDecision,
    handler: AnyDecisionHandler,
    command: object,
    context: MessageContext,
  ): Promise<unknown> {
    const definition = this.decisions.get(declared);
    if (definition === undefined) throw new TypeError(`${context.name} has no definition of its decision.`);
    return this.made().runner.run(definition, handler, command, context);
  }

  /** Definition of a stream class. `CATGA_CONFIGURATION` for a class without `@EventStream`. */
  streamOf(target: EventStreamClass): StreamDefinition {
    const found = this.stream(target);
    if (found instanceof StreamDefinition) return found;
    throw new CatgaError('CATGA_CONFIGURATION', found.join(' '));
  }

  /** Publishes a stored event. False if no stream of this node knows it. */
  private async publish(node: CatgaNode, recorded: RecordedEvent): Promise<boolean> {
    const definition = this.streamFor(recorded);
    const type = definition?.events.get(recorded.name)?.type;
    if (definition === undefined || type === undefined) return false;
    if (type.qos === 0) return true;
    const event = await this.made().codec.decode(definition, recorded);
    await node.mediator.publish(event, publishOptions(type, recorded.stream, recorded.version));
    return true;
  }

  private addProjection(provider: ExploredProvider): readonly string[] {
    const streams = provider.classes.flatMap((one) => projectionOptionsOf(one)?.streams ?? []);
    const problems = streams.flatMap((stream) => {
      if (typeof (stream as unknown) !== 'function') return []; // Its definition reports the problem.
      const found = this.stream(stream);
      return found instanceof StreamDefinition ? [] : found;
    });
    return [...problems, ...this.projections.add(provider)];
  }

  /** Definition of the event's stream: kinds may share an event class with different versions. If the kind is unknown here, any that handles the event. */
  private streamFor({ stream, name }: RecordedEvent): StreamDefinition | undefined {
    const kind = kindOf(stream);
    let other: StreamDefinition | undefined;
    for (const definition of this.streams.values()) {
      if (!(definition instanceof StreamDefinition) || !definition.events.has(name)) continue;
      if (definition.name === kind) return definition;
      other ??= definition;
    }
    return other;
  }

  private addDecision(declared: DeclaredDecision, where: string): readonly string[] {
    const { stream } = declared;
    const problems = DecisionDefinition.problemsOf(declared).map((problem) => `${where} ${problem}`);
    if (typeof stream !== 'function')
      return [
        ...problems,
        `${where} has no \`stream\` in @DecisionHandler; is it undefined because of a circular import?`,
      ];
    const definition = this.stream(stream);
    if (!(definition instanceof StreamDefinition)) return [...problems, ...definition];
    this.decisions.set(declared, new DecisionDefinition(declared, definition));
    return problems;
  }

  private stream(target: EventStreamClass): StreamDefinition | readonly string[] {
    const known = this.streams.get(target);
    if (known !== undefined) return known;
    const definition = StreamDefinition.of(target);
    this.streams.set(target, definition);
    return definition;
  }

  /** Problems of duplicate names of streams and events. */
  private problemsOfNames(): readonly string[] {
    const problems: string[] = [];
    const kinds = new Map<string, string>();
    const events = new Map<string, unknown>();
    for (const definition of this.streams.values()) {
      if (!(definition instanceof StreamDefinition)) continue;
      const { name, target } = definition;
      const namesake = kinds.get(name);
      if (namesake !== undefined)
        problems.push(
          `Two streams are named '${name}', ${namesake} and ${target.name}: give one of them another name.`,
        );
      kinds.set(name, target.name);
      for (const { type } of definition.events.values()) {
        if ((events.get(type.name) ?? type.target) !== type.target)
          problems.push(
            `Two events of streams are named '${type.name}': give one of them @Message({ name }).`,
          );
        events.set(type.name, type.target);
      }
    }
    return problems;
  }

  private problemsOfDatabase(): readonly string[] {
    const { storage, services } = this;
    if (storage.database === undefined || this.decisions.size === 0) return [];
    return services.node()?.options.outbox?.database === storage.database
      ? []
      : [
          `The event store '${storage.name}' needs an outbox in the same database: set the option outbox of CatgaModule to sqlOutbox(database), with the same database object.`,
        ];
  }

  private problemsOfEngine(): readonly string[] {
    const { storage, services } = this;
    const engine = services.node()?.options.engine;
    if (storage.isInEngine !== true || engine === undefined || engine.capabilities.streams === true)
      return [];
    return [
      `The engine '${engine.name}' does not support event streams: use nats() as the engine, or sqlEventStore(database).`,
    ];
  }

  private made(): NonNullable<EventSourcingHost['parts']> {
    if (this.parts !== undefined) return this.parts;
    const node = this.services.node();
    if (node === null) throw new TypeError('There is no node.');
    const { serializer, limits } = node.options;
    const codec = new EventCodec(new Codec(serializer, limits), () => this.store);
    const snapshots = new StreamSnapshots(
      () => this.store,
      codec,
      (line) => this.services.warn(line),
    );
    const loader = new StreamLoader(() => this.store, codec, snapshots);
    const unpublished = (thrown: unknown): void =>
      this.services.warn(`Could not publish a stored event: ${lineOf(thrown)}`);
    const appender = new StreamAppender(
      () => this.store,
      codec,
      unpublished,
      this.projections,
      () => this.publications,
    );
    const runner = new DecisionRunner(() => this.store, codec, loader, appender);
    this.parts = { codec, loader, appender, runner };
    return this.parts;
  }
}
