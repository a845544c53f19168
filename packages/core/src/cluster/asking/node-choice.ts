import type { KnownNode } from '../../discovery/known-node.js';
import type { NodeRegistry } from '../../discovery/node-registry.js';
import type { RoutingStrategy } from '../../routing/routing-strategy.js';
import { isSameAddress } from './pending-request.js';
import type { PendingRequest } from './pending-request.js';

/** Candidate nodes of a request, and the routing strategy that picks one. */
export class NodeChoice {
  constructor(
    private readonly registry: NodeRegistry,
    private readonly routing: RoutingStrategy,
    private readonly selfNodeId: string,
  ) {}

  /** First node of a request, this one included; undefined without a handler. */
  first(name: string, key: string | undefined): KnownNode | undefined {
    const candidates = this.registry.candidatesFor(name);
    return candidates.length === 0 ? undefined : this.among(candidates, name, key);
  }

  /** One of the candidates. Throws what a custom routing strategy throws. */
  among(candidates: readonly KnownNode[], name: string, key: string | undefined): KnownNode | undefined {
    const { node } = this.routing.select({ name, key, selfNodeId: this.selfNodeId }, candidates);
    return this.registry.get(node.nodeId);
  }

  /** Another node that handles a request and fits. */
  other(name: string, isFit: (node: KnownNode) => boolean): KnownNode | undefined {
    return this.registry.candidatesFor(name).find((node) => node.nodeId !== this.selfNodeId && isFit(node));
  }

  /** Candidates of a request, tried or not. */
  possible({ name, isPinned, target }: PendingRequest): readonly KnownNode[] {
    const candidates = this.registry.candidatesFor(name);
    return isPinned ? candidates.filter((node) => isSameAddress(node, target)) : candidates;
  }

  /** Candidates that were not tried yet; none for a request pinned to one node. */
  unasked(pending: PendingRequest): readonly KnownNode[] {
    if (pending.isPinned) return [];
    const { asked } = pending;
    return this.possible(pending).filter((node) => !asked.some((address) => isSameAddress(address, node)));
  }
}
