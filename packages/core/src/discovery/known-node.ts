import type { NodeInfo } from '../contracts/node-info.js';
import type { NodeAddress } from '../ports/links.js';
import type { RoutingCandidate } from '../routing/routing-strategy.js';

/**
 * One incarnation of a node, as this node sees it. The object identity is stable while the incarnation is known,
 * so that it can carry counters, and lists of candidates need not be built for each request.
 */
export class KnownNode implements NodeAddress, RoutingCandidate {
  readonly nodeId: string;
  readonly incarnation: number;
  /** Counted by the sender. */
  inFlightHere = 0;
  /** Approximate size of its requests in flight, in bytes. */
  bytesHere = 0;

  /**
   * @param node its latest record, or the registry's view of it
   * @param isUnderstood whether it is compatible with this node
   */
  constructor(
    public node: NodeInfo,
    readonly isUnderstood = true,
  ) {
    this.nodeId = node.nodeId;
    this.incarnation = node.incarnation;
  }

  get isSuspected(): boolean {
    return this.node.status === 'suspected';
  }
}

/** The nodes that get new requests: those alive, or all if none is, since a suspicion may be wrong. */
export function worthAsking(nodes: readonly KnownNode[]): readonly KnownNode[] {
  const alive = nodes.filter((known) => !known.isSuspected);
  return alive.length > 0 ? alive : nodes;
}
