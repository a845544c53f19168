import { describe, expect, it } from '@jest/globals';
import { systemClock } from '@catga/core/engine';
import type { EngineClient, EngineConnection } from '@catga/core/engine';
import { connect } from '@nats-io/transport-node';
import { connect as connectOlder } from 'nats';
import type { NatsClientConnection } from './connection/client-connection.js';
import { nats } from './nats-engine.js';
import type { NatsEngineOptions } from './options/nats-engine-options.js';
import { afterCase, startServer } from './testing/case-ends.fixture.js';
import { NatsCluster, PlaceOrder, until } from './testing/nats-cluster.fixture.js';
import { NatsServer } from './testing/nats-server.fixture.js';
import { TcpProxy } from '@catga/servers';

async function open(
  options: string | NatsEngineOptions,
  client: Partial<EngineClient> = {},
): Promise<EngineConnection> {
  const connection = await nats(options).connect({
    namespace: 'catga',
    nodeId: 'node',
    clock: systemClock,
    heartbeatTimeoutMs: 1000,
    ...client,
  });
  afterCase(() => connection.close());
  return connection;
}

describe('a connection that the application has', () => {
  const clients: readonly [
    string,
    (address: string) => Promise<NatsClientConnection & { close(): Promise<void> }>,
  ][] = [
    ['@nats-io/transport-node', (servers) => connect({ servers })],
    ['nats', (servers) => connectOlder({ servers })],
  ];

  it.each(clients)('of %s is used, and left open', async (_client, connectClient) => {
    const server = await startServer();
    const connection = await connectClient(`127.0.0.1:${server.port}`);
    afterCase(() => connection.close());
    const cluster = new NatsCluster(server.url);
    const gateway = cluster.node('gateway', {}, { connection });
    const orders = cluster.node('orders').handleRequest(PlaceOrder, () => 'placed');
    await cluster.start(gateway, orders);
    await expect(gateway.mediator.send(new PlaceOrder('tea'))).resolves.toBe('placed');
    await expect(gateway.mediator.send(new PlaceOrder('tea'), { messageId: 'm1' })).resolves.toBe('placed');
    await cluster.stop();
    expect(connection.isClosed()).toBe(false);
    await connection.flush();
  });
});

describe('links', () => {
  const address = (nodeId: string) => ({ nodeId, incarnation: 1 });
  const deaf = { received: () => {}, unreachable: () => {} };

  it('say which address nobody listens at', async () => {
    const server = await startServer();
    const connection = await open(server.url);
    const lost: unknown[] = [];
    const links = await connection.openLinks!(address('node'), {
      ...deaf,
      unreachable: (to) => void lost.push(to),
    });
    links.send(address('nobody'), new Uint8Array([1]));
    await until(() => lost.length === 1);
    expect(lost).toEqual([address('nobody')]);
  });

  it('keep what is sent while the broker is out of reach, within a bound, and in order', async () => {
    const server = await startServer();
    const proxy = await TcpProxy.to(server.port);
    afterCase(() => proxy.close());
    const received: number[] = [];
    const reconnect = { waitMs: 50, jitterMs: 0, maxBufferedBytes: 1000 };
    const sender = await open({ servers: proxy.url, reconnect });
    const receiver = await open(server.url, { nodeId: 'receiver' });
    const links = await sender.openLinks!(address('node'), deaf);
    await receiver.openLinks!(address('receiver'), {
      ...deaf,
      received: ([first = 0]) => void received.push(first),
    });
    /** Whether it was taken. */
    const send = (first: number): boolean => {
      try {
        links.send(address('receiver'), new Uint8Array(100).fill(first));
        return true;
      } catch (thrown) {
        expect(thrown).toMatchObject({ code: 'CATGA_ENGINE_UNAVAILABLE' });
        return false;
      }
    };
    proxy.cut();
    let next = 1;
    await until(() => !send(next++)); // It takes the client a moment to notice that it is cut off.
    proxy.open();
    await until(() => send(next));
    await until(() => received.includes(next));
    expect(received.slice(-5)).toEqual([next - 5, next - 4, next - 3, next - 2, next]); // next - 1 was refused
  });

  it('refuse once the connection is closed', async () => {
    const server = await startServer();
    const connection = await open(server.url);
    const links = await connection.openLinks!(address('node'), deaf);
    await connection.close();
    await connection.close();
    expect(() => links.send(address('other'), new Uint8Array([1]))).toThrow(
      expect.objectContaining({ code: 'CATGA_ENGINE_UNAVAILABLE' }),
    );
    await expect(connection.idempotency.claim('k', 'f', 1000)).rejects.toMatchObject({
      code: 'CATGA_ENGINE_UNAVAILABLE',
    });
  });
});

describe('a server without JetStream', () => {
  it('is refused, with what to do about it', async () => {
    const server = await NatsServer.spawn([], { hasJetStream: false });
    afterCase(() => server.stop());
    await expect(open({ servers: server.url, requestTimeoutMs: 300 })).rejects.toMatchObject({
      code: 'CATGA_ENGINE_UNAVAILABLE',
      message: expect.stringContaining('nats-server -js') as unknown,
    });
  });
});

describe('worker ids', () => {
  it('are another for each connection, and given back', async () => {
    const server = await startServer();
    const connections = await Promise.all(Array.from({ length: 40 }, () => open(server.url)));
    expect(new Set(connections.map(({ workerId }) => workerId)).size).toBe(40);
    await connections[0]!.close();
    const more = await Promise.all(Array.from({ length: 10 }, () => open(server.url)));
    expect(new Set([...connections.slice(1), ...more].map(({ workerId }) => workerId)).size).toBe(49);
  });
});

describe('the outcome log', () => {
  const node = { nodeId: 'node', incarnation: 7 };

  it('finds what was appended, of this node and this start only', async () => {
    const server = await startServer();
    const { outcomes } = await open(server.url);
    const batch = (from: number) =>
      Array.from({ length: 100 }, (_, i) => ({
        id: `id${from + i}`,
        outcome: { ok: i % 2 === 0, body: new Uint8Array([i]) },
      }));
    await Promise.all(Array.from({ length: 50 }, (_, i) => outcomes!.append(node, batch(i * 100), 60_000)));
    const found = await Promise.all(
      ['id0', 'id2501', 'id4999', 'none'].map((id) => outcomes!.find(node, id)),
    );
    expect(found).toEqual([
      { ok: true, body: new Uint8Array([0]) },
      { ok: false, body: new Uint8Array([1]) },
      { ok: false, body: new Uint8Array([99]) },
      undefined,
    ]);
    await expect(outcomes!.find({ ...node, incarnation: 8 }, 'id0')).resolves.toBeUndefined();
  });

  it('says that it has nothing when nothing was ever appended', async () => {
    const server = await startServer();
    const { outcomes } = await open(server.url);
    await expect(outcomes!.find(node, 'id')).resolves.toBeUndefined();
  });

  it('takes more in one turn than fits one message', async () => {
    const server = await startServer();
    const { outcomes } = await open(server.url);
    const body = new Uint8Array(300_000).fill(5);
    const ids = Array.from({ length: 10 }, (_, i) => `id${i}`);
    await outcomes!.append(
      node,
      ids.map((id) => ({ id, outcome: { ok: true, body } })),
      60_000,
    );
    await expect(outcomes!.find(node, 'id9')).resolves.toEqual({ ok: true, body });
  });
});

describe('a server that is too old', () => {
  it('is refused at the start, with what runs, what is needed and what to do', async () => {
    const server = await startServer();
    const connection = await connect({ servers: `127.0.0.1:${server.port}` });
    afterCase(() => connection.close());
    const older = (version: string): NatsClientConnection =>
      new Proxy<NatsClientConnection>(connection, {
        get: (target, key) =>
          key === 'info'
            ? { ...connection.info, version }
            : (Reflect.get(target, key) as (() => unknown) | undefined)?.bind(target),
      });
    await expect(open({ connection: older('2.9.25') })).rejects.toMatchObject({
      code: 'CATGA_UNSUPPORTED',
      message:
        'nats-server 2.9.25 is too old: this engine needs nats-server 2.10 or newer. Upgrade the server.',
      details: { version: '2.9.25', required: '2.10' },
    });
    await expect(open({ connection: older('2.10.0') })).resolves.toBeDefined();
  });
});
