import { CatgaNode, Command, Message, Query, ReliableEvent } from '@catga/core';
import type { CatgaOptions } from '@catga/core';
import { systemClock } from '@catga/core/engine';
import type { Clock } from '@catga/core/engine';
import { NatsServer, RedisServer } from '@catga/servers';
import { engineOf } from '../connection/engine-of.js';

@Message({ name: 'orders.place.v1' })
export class PlaceOrder extends Command<{ readonly orderId: string }> {
  constructor(readonly sku: string) {
    super();
  }
}

@Message({ name: 'orders.count.v1' })
export class CountOrders extends Query<number> {}

@ReliableEvent()
@Message({ name: 'orders.placed.v1' })
export class OrderPlaced {
  constructor(
    readonly orderId: string,
    readonly total = 0,
  ) {}
}

@Message({ name: 'carts.viewed.v1' })
export class CartViewed {
  constructor(readonly cartId: string) {}
}

/** Heartbeats that a slow machine keeps. */
const HEARTBEAT = { intervalMs: 200, timeoutMs: 60_000 } as const;

/** A broker with nodes of two services on it: the shop handles, the web sends. */
export class Shop {
  readonly carts: string[] = [];
  readonly placed: string[] = [];
  private readonly nodes: CatgaNode[] = [];
  private readonly hearts: NodeJS.Timeout[] = [];

  private constructor(private readonly server: { readonly url: string; stop(): Promise<void> }) {}

  static async open(broker: string): Promise<Shop> {
    return new Shop(broker === 'nats' ? await NatsServer.spawn() : await RedisServer.spawn());
  }

  get url(): string {
    return this.server.url;
  }

  /** Starts a node, with heartbeats. */
  async node(
    nodeId: string,
    options: Partial<CatgaOptions> = {},
    withHandlers: (node: CatgaNode) => CatgaNode = (node) => node,
    clock: Clock = systemClock,
  ): Promise<CatgaNode> {
    const node = withHandlers(
      new CatgaNode(
        {
          engine: await engineOf({ url: this.url }),
          nodeId,
          heartbeat: HEARTBEAT,
          shutdown: { drainTimeoutMs: 1000 },
          ...options,
        },
        { clock },
      ),
    );
    await node.init();
    await node.start();
    this.nodes.push(node);
    this.hearts.push(setInterval(() => void node.beat().catch(() => {}), HEARTBEAT.intervalMs));
    return node;
  }

  /** A node of the shop. Orders with a negative total are refused for good. */
  shop(nodeId: string, options: Partial<CatgaOptions> = {}): Promise<CatgaNode> {
    return this.node(nodeId, { service: 'shop', ...options }, (node) =>
      node
        .handleRequest(PlaceOrder, (command) => ({ orderId: `order of ${(command as PlaceOrder).sku}` }))
        .handleRequest(CountOrders, () => this.placed.length)
        .handleEvent(CartViewed, (event) => void this.carts.push((event as CartViewed).cartId), {
          name: 'Carts',
        })
        .handleEvent(
          OrderPlaced,
          (event) => {
            const { orderId, total } = event as OrderPlaced;
            if (total < 0) throw new RangeError(`total ${total} of ${orderId}`);
            this.placed.push(orderId);
          },
          { name: 'Stock', maxAttempts: 1 },
        ),
    );
  }

  async close(): Promise<void> {
    for (const heart of this.hearts) clearInterval(heart);
    await Promise.all(this.nodes.map((node) => node.stop()));
    await this.server.stop();
  }
}

/** Resolves once the condition holds. */
export async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await condition())) await new Promise((resolve) => void setTimeout(resolve, 20));
}
