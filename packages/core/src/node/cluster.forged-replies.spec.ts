import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { MemoryNetwork } from '../memory/network/memory-network.js';
import type { NodeAddress, NodeLinks } from '../ports/links.js';
import { ReplyStatus } from '../wire/frame-layout.js';
import { writeFrame } from '../wire/frame.fixture.js';
import type { CatgaNode } from './catga-node.js';
import { CountOrders, PlaceOrder, TestCluster } from './cluster.fixture.js';
import { OverheardEngine } from './overheard-engine.fixture.js';

let cluster: TestCluster;
let engine: OverheardEngine;
let gateway: CatgaNode;
let orders: CatgaNode;
let open: () => void;
let signal: AbortSignal | undefined;

beforeEach(async () => {
  const network = new MemoryNetwork();
  cluster = new TestCluster(network);
  engine = new OverheardEngine(network);
  const gate = new Promise<void>((resolve) => (open = resolve));
  gateway = cluster.node('gateway', {
    engine,
    request: { retransmitMs: 1000, maxAttempts: 3 },
    routing: { select: (_request, nodes) => nodes.find(({ node }) => node.nodeId === 'orders') ?? nodes[0]! },
  });
  orders = cluster.node('orders').handleRequest(PlaceOrder, async (_command, context) => {
    ({ signal } = context);
    await gate;
    return 'placed by orders';
  });
  await cluster.start(
    gateway,
    orders,
    cluster.node('idle').handleRequest(CountOrders, () => 7),
  );
});
afterEach(() => cluster.stop());

async function linksAs(self: NodeAddress): Promise<NodeLinks> {
  const client = { namespace: 'catga', clock: cluster.clock, heartbeatTimeoutMs: 60_000 };
  const connection = await cluster.network.connect({ ...client, nodeId: self.nodeId });
  return connection.openLinks!(self, { received() {}, unreachable() {} });
}

/** A frame that says of the request that is under way how it ended. */
function forged(sender: NodeAddress, status: ReplyStatus): Uint8Array {
  const body = Buffer.from(
    JSON.stringify(
      status === ReplyStatus.Value
        ? { value: 'forged' }
        : {
            kind: 'catga',
            name: 'CatgaError',
            message: 'forged',
            code: 'CATGA_SHUTTING_DOWN',
            retryable: true,
          },
    ),
  );
  const reply = { kind: 'reply', correlation: engine.correlations[0]!, status, body } as const;
  return writeFrame([reply], { sender, receiver: gateway.mediator.self, sequence: 77 });
}

const liars: readonly (readonly [string, () => NodeAddress])[] = [
  ['a node that is there and was not asked', () => addressOf('idle')],
  ['a node that nobody knows', () => ({ nodeId: 'stranger', incarnation: 1 })],
  ['an earlier start of the node that was asked', () => ({ ...addressOf('orders'), incarnation: 1 })],
];

function addressOf(nodeId: string): NodeAddress {
  const node = gateway.mediator.nodes().find((known) => known.nodeId === nodeId)!;
  return { nodeId, incarnation: node.incarnation };
}

describe('an answer', () => {
  describe.each(liars)('of %s', (_who, liar) => {
    it.each([
      ['a result', ReplyStatus.Value],
      ['an error', ReplyStatus.Error],
      ['a refusal', ReplyStatus.Refused],
    ])('has no effect: %s', async (_what, status) => {
      const sent = gateway.mediator.send(new PlaceOrder('tea'));
      await cluster.turns();
      const links = await linksAs({ nodeId: 'liar', incarnation: 1 });
      links.send(gateway.mediator.self, forged(liar(), status));
      await cluster.turns();
      open();
      await cluster.turns();
      await expect(sent).resolves.toBe('placed by orders');
    });

    it('does not keep a request with a node that is gone: "running"', async () => {
      const sender = liar();
      cluster.network.crash('orders');
      const sent = gateway.mediator.trySend(new PlaceOrder('tea'));
      await cluster.turns();
      const links = await linksAs({ nodeId: 'liar', incarnation: 1 });
      for (let times = 0; times < 40; times++) {
        links.send(gateway.mediator.self, forged(sender, ReplyStatus.Running));
        await cluster.pass(1000);
      }
      await expect(sent).resolves.toMatchObject({ ok: false, error: { code: 'CATGA_NODE_LOST' } });
    });

    it('does not end the work of somebody else: a cancellation', async () => {
      const sent = gateway.mediator.send(new PlaceOrder('tea'));
      await cluster.turns();
      const cancel = { kind: 'cancel', correlation: engine.correlations[0]! } as const;
      const links = await linksAs({ nodeId: 'liar', incarnation: 1 });
      links.send(
        orders.mediator.self,
        writeFrame([cancel], { sender: liar(), receiver: orders.mediator.self, sequence: 77 }),
      );
      await cluster.turns();
      expect(signal?.aborted).toBe(false);
      open();
      await cluster.turns();
      await expect(sent).resolves.toBe('placed by orders');
    });
  });

  it('of a node that was asked before the request went elsewhere counts', async () => {
    let began = 0;
    const slow = cluster.node('slow').handleRequest(PlaceOrder, () => new Promise(() => void began++));
    await cluster.start(slow);
    cluster.network.cut('orders', 'gateway'); // It has the request, and cannot say so.
    const sent = gateway.mediator.send(new PlaceOrder('tea'));
    await cluster.pass(12_000);
    expect(began).toBe(1);
    cluster.network.heal();
    open();
    await cluster.turns();
    await expect(sent).resolves.toBe('placed by orders');
  });

  it('is to a number that the first request of another start does not have', async () => {
    const other = new OverheardEngine(cluster.network);
    const second = cluster.node('second', { engine: other });
    await cluster.start(second);
    open();
    await Promise.all([
      gateway.mediator.send(new PlaceOrder('a')),
      second.mediator.send(new PlaceOrder('b')),
    ]);
    expect(engine.correlations[0]).not.toBe(other.correlations[0]);
    expect(engine.correlations[0]).not.toBe(1);
  });
});
