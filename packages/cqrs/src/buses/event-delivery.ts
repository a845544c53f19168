import type { InstanceWrapper } from '@nestjs/core/injector/instance-wrapper.js';
import { CatgaError } from '@catga/core';
import type { MessageConstructor } from '@catga/core';
import { describeMessage, messageClass } from '@catga/core/engine';
import type { CqrsNode } from '../node/cqrs-node.js';

/** A handler of the events with an id, or of all events. */
export interface BoundEvent {
  readonly id: string | null;
  readonly wrapper: InstanceWrapper;
  readonly name: string;
  readonly run: (event: object) => unknown;
}

/** The bus of a delivery. */
export interface EventDeliveryHost {
  /** Id of the handlers of an event; null if it has none of its own. */
  idOf(event: object): string | null;
  /** Whether ids follow classes, as the node does. */
  readonly isByClass: () => boolean;
  /** A handler failed that the node does not run. */
  failed(event: object, error: unknown, source: string): void;
  /** Called when an event could not be stored or sent. */
  lost(event: object, error: unknown): void;
}

/** The bus that published an event; notified when a handler failed on the node. */
export interface EventOwner {
  /** @internal */
  failedOnNode(event: object, error: unknown): void;
}

/** Plan of where the handlers of an event run. */
interface Plan {
  readonly isOnNode: boolean;
  /** Handlers that the node does not run. */
  readonly here: readonly BoundEvent[];
}

/** Delivers events to their handlers: by the node for events that it knows, else directly. */
export class EventDelivery {
  private readonly bound: BoundEvent[] = [];
  private readonly plans = new Map<MessageConstructor, Plan>();
  /** Events being emitted by {@link emit}. */
  private readonly emitting = new Set<object>();
  private readonly reliable = new WeakMap<MessageConstructor, boolean>();
  private node: CqrsNode | undefined;

  constructor(
    private readonly host: EventDeliveryHost,
    private readonly owner: EventOwner,
  ) {}

  connect(node: CqrsNode): void {
    this.node ??= node;
    this.plans.clear();
  }

  bind(handler: BoundEvent): void {
    this.bound.push(handler);
    this.plans.clear();
  }

  /** Emits a delivered event into the stream. */
  emit(event: object, next: () => void): void {
    this.emitting.add(event);
    try {
      next();
    } finally {
      this.emitting.delete(event);
    }
  }

  /** Called for each event of the stream: delivers it unless {@link emit} emitted it. */
  emitted(event: object): void {
    if (!this.emitting.has(event)) void this.publish(event);
  }

  /** Whether an event is neither stored nor sent. */
  isLocal(event: object): boolean {
    const target = messageClass(event);
    return target === undefined || this.node === undefined || !this.node.mayLeave(target, 'event');
  }

  private isStored(event: object): boolean {
    const target = messageClass(event);
    return target !== undefined && this.node?.isStored(target) === true;
  }

  /** Delivers an event to its handlers. Returns a promise if it is stored or leaves the process, else undefined. */
  publish(event: object): Promise<void> | undefined {
    const { node, host } = this;
    const { isOnNode, here } = this.planOf(event);
    const isLocal = this.isLocal(event);
    if (node === undefined && this.isReliable(event)) return this.refuse(event);
    // A plain event must not fail because the node has not started, or has stopped.
    if (node === undefined || (isLocal && !isOnNode) || (!node.isOpen && !this.isStored(event))) {
      this.run(event, this.handlersOf(event));
      return undefined;
    }
    const published = node.publish(event, this.owner);
    published.catch((error: unknown) => host.lost(event, error));
    this.run(event, here);
    return isLocal ? undefined : published;
  }

  /** Runs all handlers of an event without waiting. */
  runAll(event: object): readonly Promise<unknown>[] {
    return this.handlersOf(event).map(async ({ run }) => run(event));
  }

  /** Resolves when all have settled; rejects with the first error. Awaiting is optional: errors are already reported. */
  allOf(published: readonly (Promise<void> | undefined)[]): Promise<void> {
    const all = Promise.allSettled(published.map(async (one) => one)).then((ends) => {
      for (const end of ends) if (end.status === 'rejected') throw end.reason;
    });
    all.catch(() => {});
    return all;
  }

  /** Whether an event needs a node that stores it. */
  private isReliable(event: object): boolean {
    const target = messageClass(event);
    if (target === undefined) return false;
    let isReliable = this.reliable.get(target);
    if (isReliable === undefined) this.reliable.set(target, (isReliable = saysReliable(target)));
    return isReliable;
  }

  /** Refuses an event whose delivery cannot be guaranteed. */
  private refuse(event: object): Promise<never> {
    const refused = Promise.reject(
      new CatgaError(
        'CATGA_CONFIGURATION',
        `${event.constructor.name} is reliable, but no node is running that stores it: import CqrsModule.forRoot(), and ` +
          'publish it after the start.',
      ),
    );
    refused.catch((error: unknown) => this.host.lost(event, error));
    return refused;
  }

  private run(event: object, handlers: readonly BoundEvent[]): void {
    for (const { run, name } of handlers) {
      try {
        // A synchronous error is reported synchronously, as for a node's handler.
        void Promise.resolve(run(event)).catch((error: unknown) => this.host.failed(event, error, name));
      } catch (thrown) {
        this.host.failed(event, thrown, name);
      }
    }
  }

  private handlersOf(event: object): readonly BoundEvent[] {
    if (this.bound.length === 0) return [];
    const id = this.host.idOf(event);
    return this.bound.filter((handler) => !handler.id || handler.id === id);
  }

  private planOf(event: object): Plan {
    const target = messageClass(event);
    if (target === undefined || this.node === undefined) return NOWHERE;
    let plan = this.plans.get(target);
    if (plan === undefined) this.plans.set(target, (plan = this.planFor(target, this.node, event)));
    return plan;
  }

  private planFor(target: MessageConstructor, node: CqrsNode, event: object): Plan {
    const handlers = this.handlersOf(event);
    const onNode = node.eventHandlers(target);
    // Custom event ids may connect other classes than the node does: then the node would run too many handlers.
    const agrees =
      this.host.isByClass() || [...onNode].every((one) => handlers.some(({ wrapper }) => wrapper === one));
    const isOnNode = handlers.length > 0 && onNode.size > 0 && agrees;
    return { isOnNode, here: isOnNode ? handlers.filter(({ wrapper }) => !onNode.has(wrapper)) : handlers };
  }
}

function saysReliable(target: MessageConstructor): boolean {
  try {
    const { kind, qos } = describeMessage(target);
    return kind === 'event' && qos > 0;
  } catch {
    return false; // The node does not know it.
  }
}

const NOWHERE: Plan = { isOnNode: false, here: [] };
