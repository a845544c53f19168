import { json } from '@catga/core';
import type { StoredMessage } from '@catga/core/engine';

let lastId = 0;

/** Message as a node would append it, with overrides. */
export function storedMessage(
  facts: Partial<StoredMessage> & { readonly content?: unknown } = {},
): StoredMessage {
  const { content = { orderId: 'o1', total: 1 }, ...rest } = facts;
  const messageId = rest.messageId ?? `m${++lastId}`;
  return {
    messageId,
    name: 'orders.placed.v1',
    kind: 'event',
    body: json().encode(content),
    serializer: 'json',
    headers: {},
    key: undefined,
    correlationId: messageId,
    causationId: undefined,
    originNodeId: 'raw',
    sentAtMs: 0,
    history: [],
    ...rest,
  };
}
