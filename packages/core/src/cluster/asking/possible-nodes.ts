import type { KnownNode } from '../../discovery/known-node.js';
import type { NodeRegistry } from '../../discovery/node-registry.js';
import { isSameAddress } from './pending-request.js';
import type { PendingRequest } from './pending-request.js';

/** The nodes that may take a request, asked or not. */
export function possibleNodes(
  registry: NodeRegistry,
  { name, onlyNodeId, target }: PendingRequest,
): readonly KnownNode[] {
  const candidates = registry.candidatesFor(name);
  return onlyNodeId === undefined ? candidates : candidates.filter((node) => isSameAddress(node, target));
}

/** Those of them that were not asked yet. None for a request that may go to one node only: that one was. */
export function unaskedNodes(registry: NodeRegistry, pending: PendingRequest): readonly KnownNode[] {
  if (pending.onlyNodeId !== undefined) return [];
  const { asked } = pending;
  const candidates = possibleNodes(registry, pending);
  return candidates.filter((node) => !asked.some((address) => isSameAddress(address, node)));
}
