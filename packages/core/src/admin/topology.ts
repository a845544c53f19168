import type { DurableSubscription } from '../contracts/durable-subscription.js';
import type { NodeInfo } from '../contracts/node-info.js';

/**
 * Edge from a service that sends or publishes to one that handles.
 *
 * @publicApi
 */
export interface TopologyEdge {
  readonly from: string;
  readonly to: string;
  readonly name: string;
  readonly kind: 'request' | 'event' | 'reliable event';
}

/**
 * A service of a topology.
 *
 * @publicApi
 */
export interface TopologyService {
  readonly service: string;
  readonly nodes: readonly string[];
  readonly handles: readonly string[];
}

/**
 * Topology: which service sends and publishes what to which, as reported by nodes.
 *
 * @publicApi
 */
export interface Topology {
  readonly services: readonly TopologyService[];
  readonly edges: readonly TopologyEdge[];
}

/**
 * Computes the topology from what the nodes handle and have sent so far.
 *
 * @publicApi
 */
export function topologyOf(
  nodes: readonly NodeInfo[],
  subscriptions: readonly DurableSubscription[],
): Topology {
  const services = new Map<string, { nodes: string[]; handles: Set<string> }>();
  const service = (name: string): { nodes: string[]; handles: Set<string> } => {
    const known = services.get(name) ?? { nodes: [], handles: new Set<string>() };
    services.set(name, known);
    return known;
  };
  /** Receiving services by kind and wire name. */
  const wanted = new Map<string, Set<string>>();
  const wants = (kind: TopologyEdge['kind'], name: string, by: string): void => {
    const key = `${kind} ${name}`;
    wanted.set(key, (wanted.get(key) ?? new Set()).add(by));
    service(by).handles.add(name);
  };
  for (const node of nodes) {
    service(node.service).nodes.push(node.nodeId);
    for (const name of node.handles) wants('request', name, node.service);
    for (const name of [...node.subscribes, ...node.subscribesAsNode]) wants('event', name, node.service);
  }
  for (const { id, kind, names } of subscriptions) {
    if (kind !== 'event') continue;
    for (const name of names) wants('reliable event', name, id.slice(0, id.indexOf('.')));
  }
  const edges = new Map<string, TopologyEdge>();
  const connect = (from: string, kind: TopologyEdge['kind'], name: string): void => {
    for (const to of wanted.get(`${kind} ${name}`) ?? [])
      edges.set(JSON.stringify([from, to, kind, name]), { from, to, name, kind });
  };
  for (const { service: from, sends = [], publishes = [] } of nodes) {
    for (const name of sends) connect(from, 'request', name);
    for (const name of publishes) {
      connect(from, 'event', name);
      connect(from, 'reliable event', name);
    }
  }
  return {
    services: [...services]
      .map(([name, known]) => ({
        service: name,
        nodes: known.nodes.sort(),
        handles: [...known.handles].sort(),
      }))
      .sort((one, other) => one.service.localeCompare(other.service)),
    edges: [...edges.entries()].sort(([one], [other]) => one.localeCompare(other)).map(([, edge]) => edge),
  };
}
