import { afterEach, describe, expect, it } from '@jest/globals';
import { systemClock } from '@catga/core/engine';
import type { EngineClient, EngineConnection } from '@catga/core/engine';
import { TcpProxy } from '@catga/servers';
import { Redis } from 'ioredis';
import { redis } from './redis-engine.js';
import type { RedisEngineOptions } from './options/redis-engine-options.js';
import { PlaceOrder, RedisNodes, until } from './testing/redis-cluster.fixture.js';
import { RedisServer } from './testing/redis-server.fixture.js';

const ends: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).toReversed()) await end();
});

async function start(...args: readonly string[]): Promise<RedisServer> {
  const server = await RedisServer.spawn(args);
  ends.push(() => server.stop());
  return server;
}

function admin({ url }: RedisServer): Redis {
  const client = new Redis(url);
  ends.push(() => client.disconnect());
  return client;
}

async function open(
  options: string | RedisEngineOptions,
  client: Partial<EngineClient> = {},
): Promise<EngineConnection> {
  const connection = await redis(options).connect({
    namespace: 'catga',
    nodeId: 'node',
    clock: systemClock,
    heartbeatTimeoutMs: 1000,
    ...client,
  });
  ends.push(() => connection.close());
  return connection;
}

const address = (nodeId: string) => ({ nodeId, incarnation: 1 });
const deaf = { received: () => {}, unreachable: () => {} };
const unavailable = { code: 'CATGA_ENGINE_UNAVAILABLE', retryable: true };

describe('a client that the application has', () => {
  it('says how to connect, and is left alone: its end is not that of the node', async () => {
    const server = await start();
    const client = admin(server);
    const cluster = new RedisNodes(server.url);
    ends.push(() => cluster.stop());
    const gateway = cluster.node('gateway', {}, { client });
    const orders = cluster.node('orders').handleRequest(PlaceOrder, () => 'placed');
    await cluster.start(gateway, orders);
    await expect(gateway.mediator.send(new PlaceOrder('tea'))).resolves.toBe('placed');
    expect(client.listenerCount('ready')).toBe(0);
    client.disconnect();
    await until(() => client.status === 'end');
    await expect(gateway.mediator.send(new PlaceOrder('tea'), { messageId: 'm1' })).resolves.toBe('placed');
  });
});

describe('links', () => {
  it('say which address nobody listens at', async () => {
    const server = await start();
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

  it('of two databases of one server do not meet', async () => {
    const server = await start();
    const received: number[] = [];
    const lost: unknown[] = [];
    const listener = await open(`${server.url}/1`);
    await listener.openLinks!(address('b'), {
      ...deaf,
      received: ([first = 0]) => void received.push(first),
    });
    const sender = await open(`${server.url}/2`);
    const links = await sender.openLinks!(address('a'), { ...deaf, unreachable: (to) => void lost.push(to) });
    links.send(address('b'), new Uint8Array([1]));
    await until(() => lost.length === 1);
    expect(received).toEqual([]);
  });

  it('keep what is sent while the broker is out of reach, within a bound, and in order', async () => {
    const server = await start();
    const proxy = await TcpProxy.to(server.port);
    ends.push(() => proxy.close());
    const received: number[] = [];
    const sender = await open({
      url: `redis://127.0.0.1:${proxy.port}`,
      reconnect: { maxBufferedBytes: 1000 },
    });
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
        expect(thrown).toMatchObject(unavailable);
        return false;
      }
    };
    proxy.cut();
    let next = 1;
    await until(() => !send(next++)); // It takes the client a moment to notice that it is cut off.
    proxy.open();
    await until(() => send(next));
    await until(() => received.includes(next));
    expect(received.slice(-4)).toEqual([next - 4, next - 3, next - 2, next]); // next - 1 was refused
  });

  it('refuse what is larger than a frame, and everything once the connection is closed', async () => {
    const server = await start();
    const connection = await open(server.url);
    const links = await connection.openLinks!(address('node'), deaf);
    expect(() => links.send(address('other'), new Uint8Array(links.maxFrameBytes + 1))).toThrow(
      expect.objectContaining({ code: 'CATGA_PAYLOAD_TOO_LARGE' }),
    );
    await connection.close();
    await connection.close();
    expect(() => links.send(address('other'), new Uint8Array([1]))).toThrow(
      expect.objectContaining({ code: 'CATGA_ENGINE_UNAVAILABLE' }),
    );
    await expect(connection.idempotency.claim('k', 'f', 1000)).rejects.toMatchObject(unavailable);
  });
});

describe('a server that', () => {
  it('forgets its scripts is told them again', async () => {
    const server = await start();
    const { idempotency } = await open(server.url);
    await idempotency.claim('k1', 'f', 60_000);
    await admin(server).script('FLUSH');
    const claims = await Promise.all(['k2', 'k3', 'k1'].map((key) => idempotency.claim(key, 'f', 60_000)));
    expect(claims.map(({ state }) => state)).toEqual(['claimed', 'claimed', 'running']);
  });

  it('became a replica is left, and looked for again until it is the primary', async () => {
    const primary = await start();
    const server = await start();
    const { idempotency } = await open({ url: server.url, requestTimeoutMs: 4000 });
    const operator = admin(server);
    await operator.replicaof('127.0.0.1', primary.port);
    const claim = idempotency.claim('k', 'f', 60_000);
    await until(async () => /connected_clients:(\d+)/.test(await operator.info('clients')));
    await operator.replicaof('NO', 'ONE');
    await expect(claim).resolves.toMatchObject({ state: 'claimed' });
  });

  it('stays a replica is an engine that is not there', async () => {
    const primary = await start();
    const server = await start();
    const { idempotency } = await open({ url: server.url, requestTimeoutMs: 2000 });
    await admin(server).replicaof('127.0.0.1', primary.port);
    await expect(idempotency.claim('k', 'f', 60_000)).rejects.toMatchObject(unavailable);
  });

  it('ends the connection before it answers is asked again, and gives one claim', async () => {
    const server = await start();
    const connection = await open(server.url, { nodeId: 'cut-off' });
    const operator = admin(server);
    const claims = Array.from({ length: 50 }, (_, i) => connection.idempotency.claim(`k${i}`, 'f', 60_000));
    await operator.call('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes');
    const states = (await Promise.all(claims)).map(({ state }) => state);
    expect(new Set(states)).toEqual(new Set(['claimed']));
  });
});

describe('worker ids', () => {
  it('are another for each connection, and given back', async () => {
    const server = await start();
    const connections = await Promise.all(Array.from({ length: 20 }, () => open(server.url)));
    expect(new Set(connections.map(({ workerId }) => workerId)).size).toBe(20);
    await connections[0]!.close();
    const more = await Promise.all(Array.from({ length: 5 }, () => open(server.url)));
    expect(new Set([...connections.slice(1), ...more].map(({ workerId }) => workerId)).size).toBe(24);
  });

  it('that are all given out keep a node from starting', async () => {
    const server = await start();
    const operator = admin(server);
    await Promise.all(
      Array.from({ length: 1024 }, (_, id) =>
        operator.set(`{catga:workers}:${id}`, 'somebody', 'PX', 60_000),
      ),
    );
    await expect(open(server.url)).rejects.toMatchObject({ code: 'CATGA_OVERLOADED' });
    await operator.del('{catga:workers}:7');
    expect((await open(server.url)).workerId).toBe(7);
  });
});

describe('the outcome log', () => {
  it('finds what was appended, of this node and this start only', async () => {
    const server = await start();
    const { outcomes } = await open(server.url);
    const node = address('node');
    const logged = Array.from({ length: 100 }, (_, i) => ({
      id: `id${i}`,
      outcome: { ok: i % 2 === 0, body: new Uint8Array([i]) },
    }));
    await outcomes!.append(node, logged, 60_000);
    await expect(outcomes!.find(node, 'id0')).resolves.toEqual({ ok: true, body: new Uint8Array([0]) });
    await expect(outcomes!.find(node, 'id99')).resolves.toEqual({ ok: false, body: new Uint8Array([99]) });
    await expect(outcomes!.find(node, 'none')).resolves.toBeUndefined();
    await expect(outcomes!.find({ ...node, incarnation: 2 }, 'id0')).resolves.toBeUndefined();
    const ttlMs = await admin(server).pttl('catga:outcome:node:1:id0');
    expect(ttlMs).toBeGreaterThan(50_000);
  });
});
