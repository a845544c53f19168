import { CatgaNode, Command, Message, ReliableEvent } from '@catga/core';
import type { CatgaOptions } from '@catga/core';
import { redis } from '../redis-engine.js';
import type { RedisEngineOptions } from '../options/redis-engine-options.js';

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

@ReliableEvent()
export class OrderShipped {
  constructor(readonly orderId: string) {}
}

const PATIENCE_MS = 30_000;
/** How nodes beat here. */
export const HEARTBEAT = { intervalMs: 250, timeoutMs: 2000 };

/** Waits until something is so; fails if it is not so in time. */
export async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  const deadlineMs = performance.now() + PATIENCE_MS;
  while (!(await condition())) {
    if (performance.now() > deadlineMs) throw new Error(`It was not so in time: ${condition.toString()}`);
    await new Promise((resolve) => void setTimeout(resolve, 20));
  }
}

/** Catga nodes on a broker, which beat as in an application. */
export class RedisNodes {
  private readonly nodes: CatgaNode[] = [];
  private readonly beats: NodeJS.Timeout[] = [];

  constructor(private readonly url: string) {}

  /** A node that is not started yet. */
  node(
    nodeId: string,
    options: CatgaOptions = {},
    engine: RedisEngineOptions = { url: this.url },
  ): CatgaNode {
    const node = new CatgaNode({
      engine: redis(engine),
      nodeId,
      heartbeat: HEARTBEAT,
      request: { retransmitMs: 100 },
      retry: { initialDelayMs: 50, jitter: false },
      shutdown: { drainTimeoutMs: 500 },
      ...options,
    });
    this.nodes.push(node);
    return node;
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
