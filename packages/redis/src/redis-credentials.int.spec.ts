import { inspect } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import { CatgaError } from '@catga/core';
import { redis } from './redis-engine.js';
import { connectTo, nodesOn, startServer } from './testing/case-ends.fixture.js';
import { ChargeCard, OrderShipped, PlaceOrder, until } from './testing/redis-cluster.fixture.js';

describe('credentials', () => {
  const secret = 's3cr3t';
  const acl = (user: string) => [
    '--user',
    user,
    'on',
    `>${secret}`,
    '~*',
    '&*',
    '+@all',
    '--user',
    'default',
    'off',
  ];

  it('are taken from the address, or from options', async () => {
    const server = await startServer(...acl('ann'));
    await connectTo(server.url.replace('://', `://ann:${secret}@`));
    await connectTo({ url: server.url, connection: { username: 'ann', password: secret } });
  });

  it('of a user who may do no more than is needed are enough', async () => {
    const keys = ['~{catga:*', '~catga:*', '&catga*'];
    const commands = [
      '+@read',
      '+@write',
      '+@pubsub',
      '+@scripting',
      '+@connection',
      '+time',
      '-@dangerous',
      '+info',
    ];
    const of = (...rights: string[]) => ['--user', ...rights];
    const server = await startServer(
      ...of('ann', 'on', `>${secret}`, ...keys, ...commands),
      ...of('default', 'off'),
    );
    const url = server.url.replace('://', `://ann:${secret}@`);
    const cluster = nodesOn(url);
    const seen: string[] = [];
    const gateway = cluster.node('gateway');
    const orders = cluster
      .node('orders', { service: 'shop' })
      .handleRequest(PlaceOrder, (command) => {
        const { sku } = command as PlaceOrder;
        seen.push(sku);
        return 'placed';
      })
      .handleRequest(ChargeCard, () => 'charged')
      .handleEvent(
        OrderShipped,
        (event) => {
          const { orderId } = event as OrderShipped;
          if (orderId === 'bad' && !seen.includes('bad')) {
            seen.push('bad');
            throw new Error('not yet');
          }
          seen.push(orderId);
        },
        { name: 'A', maxAttempts: 1 },
      );
    await cluster.start(gateway, orders);
    await expect(gateway.mediator.send(new PlaceOrder('tea'), { messageId: 'm1' })).resolves.toBe('placed');
    await expect(gateway.mediator.send(new ChargeCard('o1'))).resolves.toBe('charged');
    await gateway.mediator.publish(new OrderShipped('o1'));
    await gateway.mediator.publish(new OrderShipped('bad'));
    await gateway.mediator.enqueue(new PlaceOrder('queued'), { delayMs: 10 });
    await until(() => ['o1', 'bad', 'queued'].every((each) => seen.includes(each)));
    await until(async () => (await orders.deadLetters.list()).items.length === 1);
    const [letter] = (await orders.deadLetters.list()).items;
    await orders.deadLetters.redrive(letter!.id);
    await until(() => seen.filter((each) => each === 'bad').length === 2);
    await orders.stop();
    expect((await gateway.subscriptions.list()).map(({ id }) => id).toSorted()).toEqual([
      'queue.ChargeCard',
      'queue.PlaceOrder',
      'shop.A',
    ]);
    await expect(gateway.subscriptions.drop('shop.A')).resolves.toBe(true);
  });

  it('that are wrong are refused, waited for or not, and appear in no error', async () => {
    const server = await startServer(...acl('bob'));
    for (const waitOnStart of [false, true]) {
      const url = server.url.replace('://', `://ann:${secret}@`);
      const error: unknown = await connectTo({ url, waitOnStart }).catch((thrown: unknown) => thrown);
      expect(error).toBeInstanceOf(CatgaError);
      expect(error).toMatchObject({ code: 'CATGA_ENGINE_UNAVAILABLE' });
      expect(inspect(error, { depth: 10 })).not.toContain(secret);
    }
  });

  it('do not show when the engine is printed', () => {
    const engine = redis({ connection: { username: 'ann', password: secret } });
    expect(inspect(engine, { depth: 10, showHidden: true })).not.toContain(secret);
    expect(JSON.stringify(engine)).not.toContain(secret);
  });
});
