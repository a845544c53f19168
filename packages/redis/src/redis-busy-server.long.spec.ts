import { describe, expect, it } from '@jest/globals';
import { systemClock } from '@catga/core/engine';
import { Redis } from 'ioredis';
import { lua } from './connection/lua-script.js';
import { RedisSession } from './connection/redis-session.js';
import { holdUp } from './testing/busy-server.fixture.js';
import { afterCase, connectTo, nodesOn, operatorOf, startServer } from './testing/case-ends.fixture.js';
import { PlaceOrder, until } from './testing/redis-cluster.fixture.js';
import type { RedisServer } from './testing/redis-server.fixture.js';
import { storedMessage } from './testing/stored-message.fixture.js';

const unavailable = (why: string) => ({
  code: 'CATGA_ENGINE_UNAVAILABLE',
  retryable: true,
  message: expect.stringContaining(why) as unknown,
});

describe('a server that runs a long script of somebody else', () => {
  it('is an engine that is not there, and goes on when the script is killed', async () => {
    const server = await startServer('--lua-time-limit', '50');
    const { idempotency, log, inbox } = await connectTo(server.url);
    const script = await holdUp(server);
    await expect(idempotency.claim('k', 'f', 60_000)).rejects.toMatchObject(unavailable('BUSY'));
    await expect(log.append(storedMessage({ messageId: 'm1' }))).rejects.toMatchObject(unavailable('BUSY'));
    await expect(inbox.has('shop.A', { name: 'placed', messageId: 'm1' })).rejects.toMatchObject(
      unavailable('BUSY'),
    );
    await script.end();
    await expect(idempotency.claim('k', 'f', 60_000)).resolves.toMatchObject({ state: 'claimed' });
    await expect(log.append(storedMessage({ messageId: 'm1' }))).resolves.toEqual({ duplicate: false });
  });

  it('lets a connection come back when it has ended', async () => {
    const server = await startServer('--lua-time-limit', '50');
    const cluster = nodesOn(server.url);
    const gateway = cluster.node('gateway');
    const orders = cluster.node('orders').handleRequest(PlaceOrder, () => 'placed');
    await cluster.start(gateway, orders);
    const script = await holdUp(server);
    const sent = gateway.mediator.send(new PlaceOrder('tea'));
    await script.end();
    await expect(sent).resolves.toBe('placed');
  });
});

describe('a server that loads what it wrote down', () => {
  /** One that takes its time to load what it has; it hears others every 1024 keys. */
  async function slow(): Promise<{ server: RedisServer; restart(): Promise<{ end(): Promise<void> }> }> {
    const server = await startServer('--key-load-delay', '200');
    const operator = operatorOf(server);
    const many = operator.pipeline();
    for (let at = 0; at < 10_000; at++) many.set(`other:${at}`, '');
    await many.exec();
    return {
      server,
      async restart() {
        await server.kill();
        const started = server.start();
        const impatient = new Redis(server.url, { enableReadyCheck: false });
        impatient.on('error', () => {});
        afterCase(() => impatient.disconnect());
        await until(async () => /loading:1/.test(await impatient.info('persistence').catch(() => '')));
        return { end: () => started };
      },
    };
  }

  it('is waited for: what is asked meanwhile is answered within its deadline', async () => {
    const { server, restart } = await slow();
    const { idempotency, log } = await connectTo(server.url);
    await idempotency.claim('k', 'f', 60_000);
    const loading = await restart();
    const asked = Promise.all([idempotency.claim('k', 'f', 60_000), log.append(storedMessage())]);
    await loading.end();
    expect(await asked).toEqual([{ state: 'running' }, { duplicate: false }]);
  });

  it('keeps a node from starting in time, and says so; or is waited for, if waitOnStart says so', async () => {
    const { server, restart } = await slow();
    const loading = await restart();
    const options = { url: server.url, connectTimeoutMs: 500 };
    await expect(connectTo(options)).rejects.toMatchObject(unavailable('loading'));
    const patient = connectTo({ ...options, waitOnStart: true });
    await loading.end();
    const { idempotency } = await patient;
    await expect(idempotency.claim('k', 'f', 1000)).resolves.toMatchObject({ state: 'claimed' });
  });

  it('is waited for, though a client of the application would not', async () => {
    const { server, restart } = await slow();
    const client = operatorOf(server, { enableReadyCheck: false });
    const { idempotency } = await connectTo({ client });
    const loading = await restart();
    const claim = idempotency.claim('k', 'f', 60_000);
    await until(() => client.status === 'ready');
    await loading.end();
    await expect(claim).resolves.toMatchObject({ state: 'claimed' });
  });
});

describe('a replica without a primary that answers', () => {
  it('is left, and looked for again until it is the primary; also by the client of an application', async () => {
    const primary = await startServer();
    const server = await startServer('--replica-serve-stale-data', 'no');
    const operator = operatorOf(server);
    const own = await connectTo({ url: server.url, requestTimeoutMs: 8000 });
    const client = new Redis(server.url);
    client.on('error', () => {});
    afterCase(() => client.disconnect());
    const given = await connectTo({ client, requestTimeoutMs: 8000 });
    await primary.kill();
    await operator.replicaof('127.0.0.1', primary.port);
    await expect(operator.get('k')).rejects.toThrow('MASTERDOWN');
    const claims = [own, given].map(({ idempotency }, at) => idempotency.claim(`k${at}`, 'f', 60_000));
    await operator.replicaof('NO', 'ONE');
    for (const claim of claims) await expect(claim).resolves.toMatchObject({ state: 'claimed' });
  });
});

describe('a script of ours that is killed', () => {
  it('had no effect, and fails as if the engine was not there', async () => {
    const server = await startServer('--lua-time-limit', '50');
    const operator = operatorOf(server);
    const [client, subscriber] = [operatorOf(server), operatorOf(server)];
    const options = { clock: systemClock, maxBufferedBytes: 1000, timeoutMs: 9000 };
    const session = new RedisSession(client, subscriber, options);
    afterCase(() => session.close());
    const ran = session.run(lua`while true do end`, []);
    await until(async () => /BUSY/.test(await operator.ping().catch(String)));
    await operator.call('SCRIPT', 'KILL');
    await expect(ran).rejects.toMatchObject(unavailable('SCRIPT KILL'));
  });
});
