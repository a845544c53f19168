import { storedMessage as anyStoredMessage } from '@catga/compliance/fixtures';
import type { NodeInfo } from '@catga/core';
import type { LogSubscription, StoredMessage } from '@catga/core/engine';

export const EVENTS: LogSubscription = {
  id: 'shop.A',
  kind: 'event',
  names: ['OrderShipped'],
  concurrency: 10,
};

/** The queue of a command. */
export const COMMANDS: LogSubscription = {
  id: 'queue.ShipOrder',
  kind: 'command',
  names: ['ShipOrder'],
  concurrency: 10,
};

/** A command as a node appends it, unless said otherwise. */
export function storedCommand(facts: Partial<StoredMessage> = {}): StoredMessage {
  return anyStoredMessage({ name: 'ShipOrder', kind: 'command', ...facts });
}

/** A message as a node appends it, unless said otherwise. */
export function storedMessage(facts: Partial<StoredMessage> = {}): StoredMessage {
  return anyStoredMessage({ name: 'OrderShipped', ...facts });
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
