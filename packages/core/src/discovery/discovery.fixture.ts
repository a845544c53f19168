import type { NodeChange, NodeInfo } from '../contracts/node-info.js';

/** A node of service 'shop' that wants no messages, unless told otherwise. */
export function node(nodeId: string, facts: Partial<NodeInfo> = {}): NodeInfo {
  return {
    nodeId,
    service: 'shop',
    endpoint: undefined,
    incarnation: 1,
    handles: [],
    subscribes: [],
    subscribesAsNode: [],
    load: { inFlight: 0, queued: 0, unanswered: 0, handled: 0 },
    protocolVersion: 1,
    serializer: 'json',
    metadata: {},
    status: 'alive',
    ...facts,
  };
}

/** A node that has handled so many messages. */
export function busy(nodeId: string, handled: number, facts: Partial<NodeInfo> = {}): NodeInfo {
  return node(nodeId, { load: { inFlight: 0, queued: 0, unanswered: 0, handled }, ...facts });
}

/** Reads so many changes, as `type nodeId`. */
export async function read(watch: AsyncIterator<NodeChange>, count: number): Promise<string[]> {
  const changes: string[] = [];
  while (changes.length < count) {
    const next = await watch.next();
    if (next.done === true) return [...changes, 'end'];
    changes.push(`${next.value.type} ${next.value.node.nodeId}`);
  }
  return changes;
}
