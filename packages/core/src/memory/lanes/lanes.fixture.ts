import type { NodeInfo } from '../../contracts/node-info.js';

/** Node info as a node announces it. */
export function nodeInfo(nodeId: string, incarnation = 1): NodeInfo {
  return {
    nodeId,
    service: 'shop',
    endpoint: undefined,
    incarnation,
    handles: [],
    subscribes: [],
    subscribesAsNode: [],
    load: { inFlight: 0, queued: 0, unanswered: 0, handled: 0 },
    protocolVersion: 1,
    serializer: 'json',
    metadata: {},
    status: 'alive',
  };
}
