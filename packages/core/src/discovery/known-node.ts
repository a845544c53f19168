import type { NodeInfo } from '../contracts/node-info.js';
import type { NodeAddress } from '../ports/links.js';
import type { RoutingCandidate } from '../routing/routing-strategy.js';

/**
 * One incarnation of a node, as this node sees it. The object stays the same for as long as the incarnation is known,
 * so that what is sent to it can be counted on it, and lists of candidates need not be made for each request.
 */
export class KnownNode implements NodeAddress, RoutingCandidate {
  readonly nodeId: string;
  readonly incarnation: number;
  /** Counted by whoever sends. */
  inFlightHere = 0;
  /** How large what is in flight there is, roughly, in bytes. */
  bytesHere = 0;

  /**
   * @param node what it last reported, or the registry says of it
   * @param isUnderstood whether this node and that one understand each other
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

/** The nodes that get new work: those alive, or all of them if none is, since a suspicion may be wrong. */
export function worthAsking(nodes: readonly KnownNode[]): readonly KnownNode[] {
  const alive = nodes.filter((known) => !known.isSuspected);
  return alive.length > 0 ? alive : nodes;
}
