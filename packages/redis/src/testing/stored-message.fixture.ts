import { json } from '@catga/core';
import type { NodeInfo } from '@catga/core';
import type { LogSubscription, StoredMessage } from '@catga/core/engine';

export const EVENTS: LogSubscription = {
  id: 'shop.A',
  kind: 'event',
  names: ['OrderShipped'],
  concurrency: 10,
};

let lastId = 0;

/** A message as a node appends it, unless said otherwise. */
export function storedMessage(facts: Partial<StoredMessage> = {}): StoredMessage {
  const messageId = facts.messageId ?? `m${++lastId}`;
  return {
    messageId,
    name: 'OrderShipped',
    kind: 'event',
    body: json().encode({ orderId: messageId }),
    serializer: 'json',
    headers: {},
    key: undefined,
    correlationId: messageId,
    causationId: undefined,
    originNodeId: 'raw',
    sentAtMs: 0,
    history: [],
    ...facts,
  };
}

/** A node as it announces itself. */
export function nodeInfo(nodeId: string, handled = 0): NodeInfo {
  return {
    nodeId,
    service: 'shop',
    endpoint: undefined,
    incarnation: 1,
    handles: [],
    subscribes: [],
    subscribesAsNode: [],
    load: { inFlight: 0, queued: 0, unanswered: 0, handled },
    protocolVersion: 1,
    serializer: 'json',
    metadata: {},
    status: 'alive',
  };
}
