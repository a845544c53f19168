import fc from 'fast-check';
import type { NodeInfo } from '../contracts/node-info.js';
import type { RoutingCandidate, RoutingRequest, RoutingStrategy } from './routing-strategy.js';

/** A candidate with this id and no load, unless told otherwise. */
export function candidate(
  nodeId: string,
  { inFlight = 0, queued = 0, inFlightHere = 0, incarnation = 1 }: CandidateLoad = {},
): RoutingCandidate {
  const node: NodeInfo = {
    nodeId,
    service: 'shop',
    endpoint: undefined,
    incarnation,
    handles: ['orders.place'],
    subscribes: [],
    subscribesAsNode: [],
    load: { inFlight, queued, unanswered: 0, handled: 0 },
    protocolVersion: 1,
    serializer: 'json',
    metadata: {},
    status: 'alive',
  };
  return { node, inFlightHere };
}

interface CandidateLoad {
  readonly inFlight?: number;
  readonly queued?: number;
  readonly inFlightHere?: number;
  readonly incarnation?: number;
}

export function candidates(...nodeIds: readonly string[]): readonly RoutingCandidate[] {
  return nodeIds.map((nodeId) => candidate(nodeId));
}

/** 'orders.place' from the gateway, without a key unless told otherwise. */
export function request(given: Partial<RoutingRequest> = {}): RoutingRequest {
  return { name: 'orders.place', key: undefined, selfNodeId: 'gateway', ...given };
}

/** The ids a strategy chooses for a number of equal requests. */
export function choices(
  strategy: RoutingStrategy,
  from: readonly RoutingCandidate[],
  count: number,
  asked = request(),
): readonly string[] {
  return Array.from({ length: count }, () => strategy.select(asked, from).node.nodeId);
}

/** How often each id was chosen. */
export function tally(ids: readonly string[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const id of ids) counts.set(id, (counts.get(id) ?? 0) + 1);
  return counts;
}

/** One to twenty different node ids. */
export const nodeIds = fc.uniqueArray(fc.string({ minLength: 1, maxLength: 20 }), {
  minLength: 1,
  maxLength: 20,
});
