import { afterEach, describe, expect, it } from '@jest/globals';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CatgaNode, Command, ReliableEvent } from '@catga/core';
import type { CatgaOptions } from '@catga/core';
import { nats } from './nats-engine.js';
import { HEARTBEAT, until } from './testing/nats-cluster.fixture.js';
import { NatsServer } from './testing/nats-server.fixture.js';

class PlaceOrder extends Command<string> {}
@ReliableEvent()
class OrderPlaced {}

interface Permissions {
  readonly publish?: { readonly deny: readonly string[] };
  readonly subscribe?: { readonly deny: readonly string[] };
}

/** A server whose user's permissions change while it runs. */
class GuardedServer {
  private constructor(
    private readonly folder: string,
    private readonly server: NatsServer,
  ) {}

  static async spawn(permissions: Permissions = {}): Promise<GuardedServer> {
    const folder = mkdtempSync(join(tmpdir(), 'catga-nats-permissions-'));
    const file = join(folder, 'nats.conf');
    writeFileSync(file, configOf(folder, permissions));
    return new GuardedServer(folder, await NatsServer.spawn(['-c', file], { hasJetStream: false }));
  }

  get url(): string {
    return this.server.url.replace('nats://', 'nats://shop:secret@');
  }

  permit(permissions: Permissions): void {
    writeFileSync(join(this.folder, 'nats.conf'), configOf(this.folder, permissions));
    process.kill(this.server.pid ?? 0, 'SIGHUP');
  }

  async stop(): Promise<void> {
    await this.server.stop();
    rmSync(this.folder, { recursive: true });
  }
}

function configOf(folder: string, permissions: Permissions): string {
  const user = {
    user: 'shop',
    password: 'secret',
    permissions: { publish: { allow: ['>'] }, ...permissions },
  };
  return JSON.stringify({
    jetstream: { store_dir: folder },
    authorization: { users: [user, { user: 'orders', password: 'secret' }] },
  });
}

let server: GuardedServer | undefined;
const nodes: CatgaNode[] = [];
const beats: NodeJS.Timeout[] = [];
const lines: string[] = [];
afterEach(async () => {
  for (const beat of beats.splice(0)) clearInterval(beat);
  await Promise.all(nodes.splice(0).map((node) => node.stop().catch(() => {})));
  await server?.stop();
  server = undefined;
  lines.length = 0;
});

function node(url: string, nodeId: string, options: CatgaOptions = {}): CatgaNode {
  const keep = (message: string): void => void lines.push(message);
  const logger = { debug() {}, log: keep, warn: keep, error: keep };
  const made = new CatgaNode(
    {
      engine: nats({ servers: url, requestTimeoutMs: 8000 }),
      nodeId,
      heartbeat: HEARTBEAT,
      health: { graceMs: 100 },
      shutdown: { drainTimeoutMs: 500 },
      ...options,
    },
    { logger },
  );
  nodes.push(made);
  return made;
}

async function start(...made: readonly CatgaNode[]): Promise<void> {
  for (const one of made) {
    await one.init();
    await one.start();
    beats.push(setInterval(() => void one.beat().catch(() => {}), HEARTBEAT.intervalMs));
  }
  await until(() => made.every(({ mediator }) => mediator.nodes().length >= made.length));
}

const refusal = (operation: string, subject: string): unknown =>
  expect.objectContaining({
    code: 'CATGA_ENGINE_UNAVAILABLE',
    message: expect.stringMatching(`does not permit .* to ${operation} .*'${subject}.*Allow ${operation}`),
  });
const text = (subject: string): string => subject.replaceAll('$', '\\$').replaceAll('.', '\\.');

describe('a node whose user lacks a permission when it starts', () => {
  it.each<[string, string, Permissions]>([
    ['publish', 'catga.node', { publish: { deny: ['catga.node.>'] } }],
    ['subscribe', 'catga.node', { subscribe: { deny: ['catga.node.>'] } }],
    ['publish', '$JS.API', { publish: { deny: ['$JS.API.>'] } }],
    ['publish', '$JS.ACK', { publish: { deny: ['$JS.ACK.>'] } }],
    ['publish', '$KV', { publish: { deny: ['$KV.>'] } }],
    ['subscribe', '_INBOX', { subscribe: { deny: ['_INBOX.>'] } }],
  ])(
    'to %s on %s does not start, soon, and says which and what to do',
    async (operation, subject, missing) => {
      server = await GuardedServer.spawn(missing);
      const one = node(server.url, 'one')
        .handleEvent(OrderPlaced, () => {})
        .handleRequest(PlaceOrder, () => 'placed');
      await expect(one.init()).rejects.toEqual(refusal(operation, text(subject)));
    },
  );
});

describe('a node whose user loses a permission while it runs', () => {
  it('to listen fails those who wait, is not ready, and goes on when it is given back', async () => {
    server = await GuardedServer.spawn();
    const gateway = node(server.url, 'gateway');
    const orders = node(server.url.replace('shop', 'orders'), 'orders').handleRequest(
      PlaceOrder,
      () => 'placed',
    );
    await start(gateway, orders);
    await until(() => gateway.problem === undefined);
    server.permit({ subscribe: { deny: ['catga.node.>'] } });
    await until(() => gateway.problem?.includes('does not permit') === true);
    expect(gateway.problem).toContain("does not permit this node's user to subscribe to 'catga.node.gateway");
    await expect(gateway.mediator.send(new PlaceOrder())).rejects.toEqual(
      refusal('subscribe', text('catga.node.gateway')),
    );
    server.permit({});
    await until(() => gateway.problem === undefined);
    await expect(gateway.mediator.send(new PlaceOrder())).resolves.toBe('placed');
    expect(gateway.failures.failures.get('engine nats subscribe catga.node')).toBeGreaterThan(0);
    expect(lines.filter((line) => line.startsWith('engine nats subscribe catga.node failed'))).toHaveLength(
      1,
    );
  });

  it('to publish to nodes fails requests at once, and they go on when it is given back', async () => {
    server = await GuardedServer.spawn();
    const gateway = node(server.url, 'gateway');
    const orders = node(server.url.replace('shop', 'orders'), 'orders').handleRequest(
      PlaceOrder,
      () => 'placed',
    );
    await start(gateway, orders);
    server.permit({ publish: { deny: ['catga.node.>'] } });
    await until(async () => {
      const { ok } = await gateway.mediator.trySend(new PlaceOrder());
      return !ok;
    });
    await expect(gateway.mediator.send(new PlaceOrder())).rejects.toEqual(
      refusal('publish', text('catga.node.orders')),
    );
    server.permit({});
    await until(async () => (await gateway.mediator.trySend(new PlaceOrder())).ok);
  });

  it('to publish replies to one node reports it with one line, still answers others, and answers when it is given back', async () => {
    server = await GuardedServer.spawn();
    const gateway = node(server.url.replace('shop', 'orders'), 'gateway');
    const shop = node(server.url.replace('shop', 'orders'), 'shop');
    const orders = node(server.url, 'orders').handleRequest(PlaceOrder, () => 'placed');
    await start(gateway, shop, orders);
    server.permit({ publish: { deny: ['catga.node.gateway.>'] } });
    await until(async () => {
      await gateway.mediator.trySend(new PlaceOrder(), { timeoutMs: 200 });
      return orders.failures.failures.has('engine nats publish catga.node');
    });
    expect(lines.filter((line) => line.startsWith('engine nats publish catga.node failed'))).toEqual([
      expect.stringMatching(/does not permit .* to publish to 'catga\.node\.gateway\..*Allow publish/),
    ]);
    await expect(shop.mediator.send(new PlaceOrder())).resolves.toBe('placed');
    expect(orders.problem).toBeUndefined();
    server.permit({});
    await expect(gateway.mediator.send(new PlaceOrder())).resolves.toBe('placed');
  });

  it.each<[string, Permissions]>([
    ['publish', { publish: { deny: ['catga.node.>'] } }],
    ['subscribe', { subscribe: { deny: ['catga.node.>'] } }],
  ])(
    'to %s to node subjects leaves the directory, so that its callers fail soon, and returns when it is given back',
    async (operation, missing) => {
      server = await GuardedServer.spawn();
      const gateway = node(server.url.replace('shop', 'orders'), 'gateway');
      const orders = node(server.url, 'orders').handleRequest(PlaceOrder, () => 'placed');
      await start(gateway, orders);
      server.permit(missing);
      await until(async () => {
        const result = await gateway.mediator.trySend(new PlaceOrder());
        if (!result.ok)
          expect(result.error).toMatchObject({
            code: expect.stringMatching(/^CATGA_(NODE_LOST|NO_HANDLER)$/),
          });
        return !result.ok;
      });
      await until(() => gateway.mediator.nodes().every(({ nodeId }) => nodeId !== 'orders'));
      await until(
        () => orders.problem?.includes(`does not permit this node's user to ${operation}`) === true,
      );
      await expect(gateway.mediator.send(new PlaceOrder())).rejects.toMatchObject({
        code: 'CATGA_NO_HANDLER',
      });
      server.permit({});
      await until(() => orders.problem === undefined);
      await until(() => gateway.mediator.nodes().length === 2);
      await expect(gateway.mediator.send(new PlaceOrder())).resolves.toBe('placed');
    },
  );

  it('to publish replies leaves its requests to another node', async () => {
    server = await GuardedServer.spawn();
    const gateway = node(server.url.replace('shop', 'orders'), 'gateway');
    const mute = node(server.url, 'mute').handleRequest(PlaceOrder, () => 'mute');
    const other = node(server.url.replace('shop', 'orders'), 'other').handleRequest(
      PlaceOrder,
      () => 'other',
    );
    await start(gateway, mute, other);
    server.permit({ publish: { deny: ['catga.node.>'] } });
    await until(async () => {
      await gateway.mediator.send(new PlaceOrder());
      return mute.problem !== undefined;
    });
    await expect(gateway.mediator.send(new PlaceOrder())).resolves.toBe('other');
  });

  it('to store events fails them at once', async () => {
    server = await GuardedServer.spawn();
    const one = node(server.url, 'one');
    await start(one);
    await one.mediator.publish(new OrderPlaced());
    server.permit({ publish: { deny: ['catga.lanes.>'] } });
    await until(async () => {
      const published = await one.mediator.publish(new OrderPlaced()).then(
        () => undefined,
        (thrown: unknown) => thrown,
      );
      if (published !== undefined) expect(published).toEqual(refusal('publish', text('catga.lanes')));
      return published !== undefined;
    });
  });

  it('to acknowledge reports it, with one line', async () => {
    server = await GuardedServer.spawn();
    let runs = 0;
    const one = node(server.url, 'one').handleRequest(PlaceOrder, () => `${++runs}`);
    await start(one);
    server.permit({ publish: { deny: ['$JS.ACK.>'] } });
    await until(async () => {
      await one.mediator.enqueue(new PlaceOrder());
      return one.failures.failures.has('engine nats publish $JS.ACK.catga_commands');
    });
    expect(runs).toBeGreaterThan(0);
    expect(lines.filter((line) => line.includes('$JS.ACK'))).toEqual([
      expect.stringMatching(/does not permit .* to publish to '\$JS\.ACK\.catga_commands\./),
    ]);
  });
});
