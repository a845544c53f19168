import { CatgaNode, Command, Message } from '@catga/core';
import type { CatgaOptions } from '@catga/core';
import { connect } from '@nats-io/transport-node';
import type { NatsConnection } from '@nats-io/transport-node';
import { nats } from '../nats-engine.js';
import type { NatsEngineOptions } from '../options/nats-engine-options.js';

export class PlaceOrder extends Command<string> {
  constructor(readonly sku: string) {
    super();
  }
}

@Message({ qos: 2 })
export class ChargeCard extends Command<string> {
  constructor(readonly orderId: string) {
    super();
  }
}

export class CartViewed {
  constructor(readonly sku: string) {}
}

const PATIENCE_MS = 30_000;
/** How nodes beat here. */
export const HEARTBEAT = { intervalMs: 250, timeoutMs: 2000 };

/** Waits until something is so; fails if it is not so in time. */
export async function until(
  condition: () => boolean | Promise<boolean>,
  patienceMs = PATIENCE_MS,
): Promise<void> {
  const deadlineMs = performance.now() + patienceMs;
  while (!(await condition())) {
    if (performance.now() > deadlineMs) throw new Error(`It was not so in time: ${condition.toString()}`);
    await new Promise((resolve) => void setTimeout(resolve, 20));
  }
}

/** Catga nodes on a broker, which beat as in an application. */
export class NatsCluster {
  private readonly nodes: CatgaNode[] = [];
  private readonly beats: NodeJS.Timeout[] = [];
  private readonly connections = new Map<string, NatsConnection>();

  constructor(private readonly url: string) {}

  /** A node that is not started yet. */
  node(
    nodeId: string,
    options: CatgaOptions = {},
    engine: NatsEngineOptions = { servers: this.url },
  ): CatgaNode {
    const node = new CatgaNode({
      engine: nats(engine),
      nodeId,
      heartbeat: HEARTBEAT,
      request: { retransmitMs: 100 },
      shutdown: { drainTimeoutMs: 500 },
      ...options,
    });
    this.nodes.push(node);
    return node;
  }

  /** A node over a connection that {@link destroy} tears down. */
  async mortal(nodeId: string, options: CatgaOptions = {}): Promise<CatgaNode> {
    const connection = await connect({ servers: this.url.replace('nats://', ''), reconnect: false });
    this.connections.set(nodeId, connection);
    return this.node(nodeId, options, { connection });
  }

  /** Ends the connection of a node, as the system does when its process is killed. */
  async destroy(nodeId: string): Promise<void> {
    await this.connections.get(nodeId)?.close();
  }

  /** Starts nodes, and waits until they know each other. */
  async start(...nodes: readonly CatgaNode[]): Promise<void> {
    for (const node of nodes) {
      await node.init();
      await node.start();
      this.beats.push(setInterval(() => void node.beat().catch(() => {}), HEARTBEAT.intervalMs));
    }
    await until(() => nodes.every(({ mediator }) => mediator.nodes().length >= nodes.length));
  }

  async stop(): Promise<void> {
    for (const beat of this.beats) clearInterval(beat);
    await Promise.all(this.nodes.map((node) => node.stop().catch(() => {})));
    for (const connection of this.connections.values()) await connection.close();
  }
}

/** The ids of the nodes that a node sees. */
export function seenBy({ mediator }: CatgaNode): string {
  return mediator
    .nodes()
    .map(({ nodeId }) => nodeId)
    .toSorted()
    .join();
}
