import { CatgaNode, Command, Message, Query } from '@catga/core';
import { nats } from '@catga/nats';

/** QoS 1. */
export class Place extends Command<Placed> {
  constructor(
    readonly id: number,
    readonly note: string,
  ) {
    super();
  }
}

/** QoS 0. */
export class Look extends Query<Placed> {
  constructor(
    readonly id: number,
    readonly note: string,
  ) {
    super();
  }
}

/** QoS 2. */
@Message({ qos: 2 })
export class Charge extends Command<Placed> {
  constructor(
    readonly id: number,
    readonly note: string,
  ) {
    super();
  }
}

export interface Placed {
  readonly id: number;
  readonly note: string;
}

/** About 128 bytes of JSON with the rest of the message. */
export const NOTE = 'n'.repeat(100);

/** The subject of the peer that uses the client itself. */
export const RAW_SUBJECT = 'bench.raw';

const HEARTBEAT_MS = 2000;

/** A running node that beats. */
export async function startNode(
  nodeId: string,
  address: string,
  prepare: (node: CatgaNode) => void = () => {},
): Promise<CatgaNode> {
  const node = new CatgaNode({
    engine: nats(address),
    nodeId,
    heartbeat: { intervalMs: HEARTBEAT_MS, timeoutMs: 5 * HEARTBEAT_MS },
  });
  prepare(node);
  await node.init();
  await node.start();
  setInterval(() => void node.beat().catch(() => {}), HEARTBEAT_MS).unref();
  return node;
}
