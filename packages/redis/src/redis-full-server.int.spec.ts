import { beforeEach, describe, expect, it } from '@jest/globals';
import type { EngineConnection, LogDelivery, StoredDeadLetter } from '@catga/core/engine';
import type { Redis } from 'ioredis';
import { connectTo, nodesOn, operatorOf, startServer } from './testing/case-ends.fixture.js';
import { ChargeCard, HEARTBEAT, PlaceOrder, seenBy, until } from './testing/redis-cluster.fixture.js';
import type { RedisServer } from './testing/redis-server.fixture.js';
import { EVENTS, nodeInfo, storedMessage } from './testing/stored-message.fixture.js';

let server: RedisServer;
let operator: Redis;
let connection: EngineConnection;
beforeEach(async () => {
  server = await startServer('--maxmemory', '100mb', '--maxmemory-policy', 'noeviction');
  operator = operatorOf(server);
  connection = await connectTo(server.url);
});

const fill = () => operator.config('SET', 'maxmemory', '1');
const makeRoom = () => operator.config('SET', 'maxmemory', '100mb');
const full = { code: 'CATGA_OVERLOADED', retryable: true };
const outcome = { ok: true, body: new Uint8Array([1, 2, 3]) };
const self = { nodeId: 'node', incarnation: 1 };

describe('a server that is full', () => {
  it('takes no new work: events, commands, claims and outcomes are refused as overload until there is room', async () => {
    const { log, idempotency, outcomes } = connection;
    const stored = storedMessage();
    const command = storedMessage({ kind: 'command' });
    const all = [
      () => log.append(stored),
      () => log.append(command),
      () => idempotency.claim('k', 'f', 60_000),
      () => outcomes!.append(self, [{ id: 'i', outcome }], 60_000),
    ];
    await fill();
    for (const ask of all) await expect(ask()).rejects.toMatchObject(full);
    await makeRoom();
    for (const ask of all) await ask();
    expect(await log.append(stored)).toEqual({ duplicate: true });
  });

  it('lets what was begun end: outcomes of claims, successes of handlers, dead letters, acknowledgements', async () => {
    const { log, idempotency, inbox, deadLetters } = connection;
    const held: LogDelivery[] = [];
    await log.subscribe(EVENTS, (delivery) => void held.push(delivery));
    for (const messageId of ['m1', 'm2', 'm3']) await log.append(storedMessage({ messageId }));
    await until(() => held.length === 3);
    const claim = await idempotency.claim('k', 'f', 60_000);
    if (claim.state !== 'claimed') throw new Error('It was claimed.');
    await fill();
    await expect(idempotency.renew('k', claim.token, 60_000)).resolves.toBe(true);
    await expect(idempotency.complete('k', claim.token, outcome, 60_000)).resolves.toBe(true);
    await expect(idempotency.find('k')).resolves.toEqual(outcome);
    await inbox.add(EVENTS.id, { name: 'placed', messageId: 'm1' }, 60_000);
    await expect(inbox.has(EVENTS.id, { name: 'placed', messageId: 'm1' })).resolves.toBe(true);
    const letter: StoredDeadLetter = {
      id: 'm2',
      subscription: EVENTS.id,
      stored: storedMessage(),
      failure: { error: { name: 'Error', message: 'no' }, attempts: 1, nodeId: 'node', failedAt: new Date() },
    };
    await deadLetters.put(letter, 60_000);
    await expect(deadLetters.get('m2')).resolves.toMatchObject({ id: 'm2' });
    await held[0]!.ack();
    await held[1]!.ack();
    await held[2]!.nak(0);
    await until(() => held.length === 4);
    expect(held[3]!.attempt).toBe(2);
    await held[3]!.ack();
  });

  it('is emptied by its consumers, though they lost their connections', async () => {
    const { log } = connection;
    const held: LogDelivery[] = [];
    await log.subscribe({ ...EVENTS, concurrency: 1 }, (delivery) => void held.push(delivery));
    for (const messageId of ['m1', 'm2', 'm3']) await log.append(storedMessage({ messageId, key: 'k' }));
    await until(() => held.length === 1);
    await fill();
    for (const type of ['normal', 'pubsub'])
      await operator.call('CLIENT', 'KILL', 'TYPE', type, 'SKIPME', 'yes');
    for (let taken = 1; taken <= 3; taken++) {
      await until(() => held.length === taken);
      await held[taken - 1]!.ack();
    }
    expect(held.map(({ message, attempt }) => `${message.messageId} ${attempt}`)).toEqual([
      'm1 1',
      'm2 1',
      'm3 1',
    ]);
  });

  it('knows its nodes: heartbeats are taken, also of one whose record had lapsed', async () => {
    const { directory } = connection;
    await directory.announce(nodeInfo('node'));
    await fill();
    await directory.refresh(nodeInfo('node'));
    await operator.del('{catga:nodes}:records', '{catga:nodes}:beats');
    await directory.refresh(nodeInfo('node'));
    await expect(operator.hget('{catga:nodes}:beats', 'node')).resolves.toMatch(/^1\./);
    await expect(operator.hkeys('{catga:nodes}:records')).resolves.toEqual(['node']);
  });

  it('loses nobody: nodes stay, requests of QoS 1 go on, and those of QoS 2 are refused', async () => {
    const cluster = nodesOn(server.url);
    const gateway = cluster.node('gateway');
    const orders = cluster
      .node('orders')
      .handleRequest(PlaceOrder, () => 'placed')
      .handleRequest(ChargeCard, () => 'charged');
    await cluster.start(gateway, orders);
    let left = 0;
    void (async () => {
      for await (const { type } of gateway.mediator.watchNodes()) if (type === 'left') left++;
    })();
    await fill();
    const fullAtMs = performance.now();
    await until(() => performance.now() - fullAtMs > 1.5 * HEARTBEAT.timeoutMs); // when all would have lapsed
    await expect(gateway.mediator.send(new PlaceOrder('tea'))).resolves.toBe('placed');
    await expect(
      gateway.mediator.send(new ChargeCard('o1'), { messageId: 'm1', timeoutMs: 2000 }),
    ).rejects.toMatchObject({ code: expect.stringMatching(/^CATGA_(OVERLOADED|TIMEOUT)$/) as unknown });
    expect(left).toBe(0);
    expect(seenBy(gateway)).toBe('gateway,orders');
    await makeRoom();
    await expect(gateway.mediator.send(new ChargeCard('o1'), { messageId: 'm2' })).resolves.toBe('charged');
  });
});
