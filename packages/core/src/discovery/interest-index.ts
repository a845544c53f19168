import { worthAsking } from './known-node.js';
import type { KnownNode } from './known-node.js';
import type { NodeInterests } from './node-presence.js';
import { NodesByName } from './nodes-by-name.js';

/** Receivers of a plain event. */
export interface EventSubscribers {
  /** Per subscribing service, the nodes of which one gets it: those alive, or the suspected if none is. */
  readonly services: ReadonlyMap<string, readonly KnownNode[]>;
  /** The nodes that each get it, including suspected ones, which no other node can replace. */
  readonly nodes: readonly KnownNode[];
}

const NO_NODES: readonly KnownNode[] = Object.freeze([]);
const NO_SERVICES: ReadonlyMap<string, readonly KnownNode[]> = new Map();
const NO_SUBSCRIBERS: EventSubscribers = Object.freeze({ services: NO_SERVICES, nodes: NO_NODES });

/** Index of nodes by the messages they handle. */
export class InterestIndex {
  private readonly handlers = new NodesByName(worthAsking);
  private readonly services = new NodesByName(byService);
  private readonly nodes = new NodesByName((nodes) => nodes);

  /** Candidates of a request of this name. */
  candidatesFor(name: string): readonly KnownNode[] {
    return this.handlers.of(name) ?? NO_NODES;
  }

  subscribersOf(eventName: string): EventSubscribers {
    const services = this.services.of(eventName);
    const nodes = this.nodes.of(eventName);
    if (services === undefined && nodes === undefined) return NO_SUBSCRIBERS;
    return { services: services ?? NO_SERVICES, nodes: nodes ?? NO_NODES };
  }

  add(known: KnownNode): void {
    const { handles, subscribes, subscribesAsNode } = known.node;
    this.handlers.add(known, handles);
    this.services.add(known, subscribes);
    this.nodes.add(known, subscribesAsNode);
  }

  /** @param interests the interests it was added with */
  remove(known: KnownNode, { handles, subscribes, subscribesAsNode }: NodeInterests): void {
    this.handlers.remove(known, handles);
    this.services.remove(known, subscribes);
    this.nodes.remove(known, subscribesAsNode);
  }

  /** The suspicion of a node has changed. */
  statusChanged({ node: { handles, subscribes } }: KnownNode): void {
    this.handlers.renew(handles);
    this.services.renew(subscribes);
  }
}

/** Whether two nodes have the same interests in the same order. */
export function haveSameInterests(one: NodeInterests, other: NodeInterests): boolean {
  return (
    areEqual(one.handles, other.handles) &&
    areEqual(one.subscribes, other.subscribes) &&
    areEqual(one.subscribesAsNode, other.subscribesAsNode)
  );
}

function areEqual(one: readonly string[], other: readonly string[]): boolean {
  return one === other || (one.length === other.length && one.every((name, place) => name === other[place]));
}

function byService(nodes: readonly KnownNode[]): ReadonlyMap<string, readonly KnownNode[]> {
  const services = new Map<string, readonly KnownNode[]>();
  for (const { node } of nodes) {
    if (services.has(node.service)) continue;
    services.set(node.service, worthAsking(nodes.filter((known) => known.node.service === node.service)));
  }
  return services;
}
