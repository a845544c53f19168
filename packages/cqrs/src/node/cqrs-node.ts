import type { InstanceWrapper } from '@nestjs/core/injector/instance-wrapper.js';
import type { CatgaNode, FailureReport, MessageConstructor, SendOptions } from '@catga/core';
import { CatgaError } from '@catga/core';
import {
  COMMAND_QUEUES,
  InheritedRoutes,
  basesOf,
  describeMessage,
  messageClass,
  readMessageMetadata,
  toError,
} from '@catga/core/engine';
import type { MessageType } from '@catga/core/engine';
import type { CommandBus } from '../buses/command-bus.js';
import type { EventBus } from '../buses/event-bus.js';
import type { EventOwner } from '../buses/event-delivery.js';
import type { QueryBus } from '../buses/query-bus.js';

const NOBODY: ReadonlySet<InstanceWrapper> = new Set();

/** The buses of one `CqrsModule`. */
export interface CqrsBuses {
  readonly commandBus: CommandBus;
  readonly queryBus: QueryBus;
  readonly eventBus: EventBus;
}

/** Adapter of an application's node for its buses. */
export class CqrsNode {
  private readonly requests: Map<MessageConstructor, InstanceWrapper>;
  private readonly events: Map<MessageConstructor, Set<InstanceWrapper>>;
  /** Names of handlers and subscriptions whose failures reach no caller, and go to a bus. */
  private readonly names = new Set<string>();
  private readonly types = new WeakMap<MessageConstructor, MessageType | 'unknown'>();
  /** Calls of requests sent through a bus: handled by that bus, in the context of the caller. */
  private readonly calls = new WeakMap<object, () => unknown>();
  private readonly owners = new WeakMap<object, EventOwner>();
  /** Thrown values that are not errors. */
  private readonly thrown = new WeakMap<Error, { readonly value: unknown }>();

  /** Buses for messages from elsewhere. */
  private known: CqrsBuses | undefined;

  constructor(private readonly node: CatgaNode) {
    const inherits = node.options.inheritance !== 'none';
    this.requests = inherits ? new InheritedRoutes() : new Map();
    this.events = inherits ? new InheritedRoutes() : new Map();
  }

  /** Whether the node accepts new work. */
  get isOpen(): boolean {
    return this.node.isOpen;
  }

  /**
   * Uses these buses for messages from elsewhere.
   * @param isOfRoot whether the buses are those of `forRoot`, which take precedence
   */
  use(buses: CqrsBuses, isOfRoot: boolean): void {
    if (isOfRoot || this.known === undefined) this.known = buses;
  }

  /** Records a registered request handler. */
  addRequest(message: MessageConstructor, wrapper: InstanceWrapper): void {
    this.requests.set(message, wrapper);
    const type = this.typeOf(message);
    if (type !== 'unknown') this.names.add(`${COMMAND_QUEUES}.${type.name}`);
  }

  /** Records a registered event handler, under a name. */
  addEvents(messages: readonly MessageConstructor[], wrapper: InstanceWrapper, name: string): void {
    this.names.add(name).add(`${this.node.options.service}.${name}`);
    for (const message of messages) {
      const own = this.ownHandlers(message) ?? new Set();
      this.events.set(message, own.add(wrapper));
    }
  }

  /** Called when all handlers are registered. */
  complete(): void {
    if (this.node.options.inheritance === 'all') {
      for (const [message, own] of this.events)
        for (const base of basesOf(message)) for (const one of this.ownHandlers(base) ?? NOBODY) own.add(one);
    }
    this.node.failures.subscribe((report) => {
      if (report.envelope !== undefined && this.names.has(report.envelope.handler)) this.reported(report);
    });
  }

  /** The handlers that the node runs for an event of a class. */
  eventHandlers(message: MessageConstructor): ReadonlySet<InstanceWrapper> {
    return this.events.get(message) ?? NOBODY;
  }

  /** Whether the node runs this handler for a request now. */
  runsRequest(request: object, wrapper: InstanceWrapper): boolean {
    const target = messageClass(request);
    return this.isOpen && target !== undefined && this.requests.get(target) === wrapper;
  }

  /** Whether messages of a class may be stored or sent. */
  mayLeave(message: MessageConstructor, kind: 'command' | 'query' | 'event'): boolean {
    const type = this.typeOf(message);
    return type !== 'unknown' && type.kind === kind && !type.isLocal;
  }

  /** Whether events of a class are stored. */
  isStored(message: MessageConstructor): boolean {
    const type = this.typeOf(message);
    return type !== 'unknown' && type.kind === 'event' && type.qos > 0;
  }

  /** Whether the node knows a class as a message of a kind. */
  isOfKind(message: MessageConstructor, kind: 'command' | 'query' | 'event'): boolean {
    const type = this.typeOf(message);
    return type !== 'unknown' && type.kind === kind;
  }

  /**
   * Why the node cannot fulfil `@ReliableEvent` or `@Message` of a class; undefined for a class without them, whose handlers the bus runs
   * if the node does not know it.
   */
  problemOf(message: MessageConstructor, kind: 'command' | 'query' | 'event'): string | undefined {
    const { options, reliableQos } = readMessageMetadata(message);
    if (reliableQos === undefined && Object.keys(options).length === 0) return undefined;
    try {
      const { kind: known } = describeMessage(message, this.node.options.remote);
      return known === kind
        ? undefined
        : `${message.name} is handled as ${known} and as ${kind}: a class with @Message can be one of them only.`;
    } catch (thrown) {
      return toError(thrown).message;
    }
  }

  /** Sends a request with a handler on this bus, wherever the node routes it. */
  send(request: object, handle: () => unknown, options: SendOptions | undefined): Promise<unknown> {
    this.calls.set(request, handle);
    return this.sendBy(request, options);
  }

  /** Sends a request without a handler here. */
  async sendAway(
    request: object,
    options: SendOptions | undefined,
    notFound: (cause: unknown) => Error,
  ): Promise<unknown> {
    try {
      return await this.sendBy(request, options);
    } catch (thrown) {
      if (thrown instanceof CatgaError && thrown.code === 'CATGA_NO_HANDLER') throw notFound(thrown);
      throw thrown;
    }
  }

  /** Handles a request: by its recorded call, or, if it came from elsewhere, by the bus of its kind. */
  handle(kind: 'command' | 'query', request: object): unknown {
    const call = this.calls.get(request);
    if (call !== undefined) return call();
    const { commandBus, queryBus } = this.buses;
    return (kind === 'command' ? commandBus : queryBus).handleIncoming(request);
  }

  /** Publishes an event for a bus, which is notified of failing handlers. */
  publish(event: object, owner: EventOwner): Promise<void> {
    this.owners.set(event, owner);
    return this.node.mediator.publish(event);
  }

  /** Runs a handler of events, and remembers a thrown value that is not an error. */
  async handleEvent(wrapper: InstanceWrapper, event: object): Promise<void> {
    try {
      await this.buses.eventBus.runHandler(wrapper, event);
    } catch (thrown) {
      const error = toError(thrown);
      if (error !== thrown) this.thrown.set(error, { value: thrown });
      throw error;
    }
  }

  private get buses(): CqrsBuses {
    if (this.known === undefined) throw new TypeError('The buses have not been created.');
    return this.known;
  }

  private reported({ error, envelope, disposition }: FailureReport): void {
    if (envelope === undefined || (disposition !== 'dropped' && disposition !== 'dead-lettered')) return;
    const { message } = envelope;
    const kept = this.thrown.get(error);
    const owner = this.owners.get(message) ?? this.buses.eventBus;
    owner.failedOnNode(message, kept === undefined ? error : kept.value);
  }

  private sendBy(request: object, options: SendOptions | undefined): Promise<unknown> {
    return this.node.mediator.send(request as Parameters<CatgaNode['mediator']['send']>[0], options);
  }

  private ownHandlers(message: MessageConstructor): Set<InstanceWrapper> | undefined {
    return Map.prototype.get.call(this.events, message) as Set<InstanceWrapper> | undefined;
  }

  private typeOf(message: MessageConstructor): MessageType | 'unknown' {
    const known = this.types.get(message);
    if (known !== undefined) return known;
    let type: MessageType | 'unknown';
    try {
      type = describeMessage(message, this.node.options.remote);
    } catch {
      type = 'unknown'; // Not a message of the node.
    }
    this.types.set(message, type);
    return type;
  }
}
