import type { CatgaOptions } from '../options/catga-options.js';
import type { MemoryNetwork } from '../memory/network/memory-network.js';
import { Command, Query } from '../contracts/request.js';
import { TestClock } from '../time/test-clock.js';
import { CatgaNode } from './catga-node.js';
import type { NodeServices } from './node-services.js';

export class PlaceOrder extends Command<string> {
  constructor(readonly sku: string) {
    super();
  }
}

export class CountOrders extends Query<number> {}

export class CartViewed {
  constructor(readonly sku: string) {}
}

/** Nodes on one network and one clock. */
export class TestCluster {
  readonly clock = new TestClock();
  private readonly nodes: CatgaNode[] = [];

  constructor(readonly network: MemoryNetwork) {}

  /** A node that is not started yet. */
  node(nodeId: string, options: CatgaOptions = {}, services: Partial<NodeServices> = {}): CatgaNode {
    const node = new CatgaNode(
      { engine: this.network, nodeId, ...options },
      { clock: this.clock, ...services },
    );
    this.nodes.push(node);
    return node;
  }

  async start(...nodes: readonly CatgaNode[]): Promise<void> {
    for (const node of nodes) {
      await node.init();
      await node.start();
    }
    await this.turns();
  }

  /** Lets time pass, with heartbeats. */
  async pass(ms: number): Promise<void> {
    for (let leftMs = ms; leftMs > 0; leftMs -= 1000) {
      await this.clock.advance(Math.min(1000, leftMs));
      for (const node of this.nodes) if (node.isOpen) void node.beat().catch(() => {});
    }
  }

  /** Lets everything happen that needs no time. */
  async turns(): Promise<void> {
    await this.clock.advance(0);
  }

  async stop(): Promise<void> {
    this.network.restore();
    const stopped = Promise.all(this.nodes.map((node) => node.stop().catch(() => {})));
    await this.clock.advance(30_000); // Handlers that never end are given up on.
    await stopped;
  }
}
