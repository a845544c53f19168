import type { MessageType } from '../contracts/message-type.js';
import type { MessageConstructor } from '../contracts/message.js';
import type { SaidPublishOptions } from '../contracts/said-headers.js';
import type { NodeInterests } from '../discovery/node-presence.js';
import { SentNames } from '../discovery/sent-names.js';
import { CatgaError } from '../errors/catga-error.js';
import type { Cause } from '../pipeline/handler-context.js';
import type { NodeAddress } from '../ports/links.js';
import type { Codec } from '../wire/codec.js';
import type { EventRecord, FrameBody } from '../wire/frame-records.js';
import { messageFromRecord } from '../wire/message-codec.js';
import type { CatgaIds } from '../ids/catga-ids.js';
import type { EventFanOut } from './event-fan-out.js';
import { HANDED_OVER } from './event-publisher.js';
import type { EventPublisher } from './event-publisher.js';
import type { MessageRegistry } from '../handlers/message-registry.js';
import { InheritedRoutes } from '../handlers/inherited-routes.js';
import type { EventRoute } from '../handlers/routes.js';

/** The way to other nodes, once the engine has one. */
export interface FanOutAccess {
  readonly fanOut: EventFanOut | undefined;
}

const NOTHING_SAID: SaidPublishOptions = Object.freeze({});

/** Takes events to their handlers, here and on other nodes. */
export class EventRouter {
  private readonly routes: Map<MessageConstructor, EventRoute>;
  /** Of events that were published here. */
  readonly published = new SentNames();
  // Events of one type tend to follow each other, as requests do in `CatgaMediator`.
  private lastTarget: unknown;
  private lastRoute: EventRoute | undefined;

  constructor(
    private readonly types: MessageRegistry,
    private readonly publisher: EventPublisher,
    private readonly codec: Codec,
    private readonly ids: CatgaIds,
    private readonly engine: FanOutAccess,
    /** Whether handlers get events of subclasses that have no handlers themselves. */
    isInheriting: boolean,
  ) {
    this.routes = isInheriting
      ? new InheritedRoutes<EventRoute>(({ subscribers }) => subscribers.length > 0)
      : new Map<MessageConstructor, EventRoute>();
  }

  add(routes: readonly EventRoute[]): void {
    for (const route of routes) this.routes.set(route.type.target, route);
  }

  /** Which plain events the handlers here want. */
  get interests(): Omit<NodeInterests, 'handles'> {
    const plain = [...this.routes.values()].filter(({ type }) => type.qos === 0 && !type.isLocal);
    const wanted = (asNode: boolean): string[] =>
      plain
        .filter(({ subscribers }) => subscribers.some(({ options }) => (options.scope === 'node') === asNode))
        .map(({ type }) => type.name);
    return { subscribes: wanted(false), subscribesAsNode: wanted(true) };
  }

  /** Resolves when the event is handed over (QoS 0) or stored (QoS 1 and 2). */
  publish(event: object, options: SaidPublishOptions | undefined, cause: Cause | undefined): Promise<void> {
    const { publisher } = this;
    const target = (event as object | undefined)?.constructor;
    const route = target === this.lastTarget ? this.lastRoute : this.find(target);
    const { fanOut } = this.engine;
    if (route !== undefined && (fanOut === undefined || route.type.qos > 0 || route.type.isLocal)) {
      return publisher.publish(route, event, options, cause);
    }
    return this.publishAnywhere(route ?? this.routeOf(event), event, options, cause, fanOut);
  }

  /** Takes an event to every node. */
  async broadcast(event: object, options: SaidPublishOptions | undefined): Promise<void> {
    const { publisher, ids, engine } = this;
    const route = this.routeOf(event);
    const said = { ...options, messageId: options?.messageId ?? ids.next() };
    await publisher.deliver(route, event, said);
    if (!route.type.isLocal) engine.fanOut?.broadcast(route.type, event, said, undefined);
  }

  /** An event of another node: for the handlers here that it says. `CATGA_SERIALIZATION` if it cannot be decoded. */
  receive(sender: NodeAddress, record: EventRecord<FrameBody>): void {
    const { types, codec, publisher } = this;
    const type = types.named(record.name);
    const route = type && this.routes.get(type.target);
    if (route === undefined) return;
    const event = messageFromRecord(codec, route.type, record);
    publisher.receive(route, event, record, sender.nodeId);
  }

  private find(target: unknown): EventRoute | undefined {
    const route = this.routes.get(target as MessageConstructor);
    if (route !== undefined) {
      this.note(route.type);
      this.lastTarget = target;
      this.lastRoute = route;
    }
    return route;
  }

  private note({ name, isLocal }: MessageType): void {
    if (!isLocal) this.published.add(name);
  }

  private publishAnywhere(
    route: EventRoute,
    event: object,
    options: SaidPublishOptions | undefined,
    cause: Cause | undefined,
    fanOut: EventFanOut | undefined,
  ): Promise<void> {
    const { publisher, ids } = this;
    const { type, subscribers } = route;
    if (fanOut === undefined || type.qos > 0 || type.isLocal)
      return publisher.publish(route, event, options, cause);
    if (subscribers.length === 0) {
      if (options !== undefined) publisher.check(type, options);
      fanOut.publish(type, event, options ?? NOTHING_SAID, cause, false);
      return HANDED_OVER;
    }
    // One id for the handlers here and elsewhere.
    const said = { ...options, messageId: options?.messageId ?? ids.next() };
    const isHandledHere = subscribers.some(({ options: { scope } }) => scope !== 'node');
    return publisher
      .publish(route, event, said, cause)
      .then(() => fanOut.publish(type, event, said, cause, isHandledHere));
  }

  /** Finds or makes the route of an event; one that nobody here handles has no subscribers. */
  private routeOf(event: object): EventRoute {
    const type = this.types.typeOfMessage(event);
    if (type.kind !== 'event') {
      throw new CatgaError(
        'CATGA_CONFIGURATION',
        `${type.name} is a ${type.kind}: use send; only events can be published.`,
      );
    }
    this.note(type);
    let route = this.routes.get(type.target);
    if (route === undefined) this.routes.set(type.target, (route = { type, subscribers: [] }));
    return route;
  }
}
