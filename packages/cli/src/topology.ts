import type { DurableSubscription, NodeInfo } from '@catga/core';

/** A service that sends or publishes, and one that handles. */
export interface TopologyEdge {
  readonly from: string;
  readonly to: string;
  readonly name: string;
  readonly kind: 'request' | 'event' | 'reliable event';
}

export interface TopologyService {
  readonly service: string;
  readonly nodes: readonly string[];
  readonly handles: readonly string[];
}

/** Who talks to whom, by what the nodes say they handle and have sent so far. */
export interface Topology {
  readonly services: readonly TopologyService[];
  readonly edges: readonly TopologyEdge[];
}

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
  /** By kind and wire name, the services that want it. */
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

/** A flowchart for Markdown. Arrows of requests are solid, those of events dotted. */
export function toMermaid({ services, edges }: Topology): string {
  const ids = new Map(services.map(({ service }, index) => [service, `s${index}`]));
  const lines = ['flowchart LR'];
  for (const { service, nodes } of services)
    lines.push(`  ${ids.get(service)}["${quoted(service)} (${nodes.length})"]`);
  const names = new Map<string, string[]>();
  for (const { from, to, name, kind } of edges) {
    const arrow = kind === 'request' ? '-->' : '-.->';
    const key = `${ids.get(from)} ${arrow}|%| ${ids.get(to)}`;
    names.set(key, [...(names.get(key) ?? []), name]);
  }
  for (const [key, all] of names)
    lines.push(`  ${key.replace('%', () => `"${all.map(quoted).join('<br/>')}"`)}`);
  return lines.join('\n');
}

/** Names are anybody's. */
function quoted(name: string): string {
  return name.replaceAll(/[^\w.\-/: ]/g, (character) => `#${character.codePointAt(0) ?? 63};`);
}
