import { readFileSync } from 'node:fs';
import { afterEach, describe, expect, it } from '@jest/globals';
import { CatgaNode, Command, Message, ReliableEvent } from '@catga/core';
import { NatsServer, TemporaryFolder } from '@catga/servers';
import { nats } from './nats-engine.js';
import { until } from './testing/nats-cluster.fixture.js';

@Message({ qos: 2 })
class Charge extends Command<string> {}
class Pack extends Command<string> {}
class Viewed {}
@ReliableEvent({ qos: 2 })
class Shipped {}
@ReliableEvent()
class Broken {}

const page = readFileSync(new URL('../../../SECURITY.md', import.meta.url), 'utf8');
const permissions = /```text\n(authorization \{[^]*?)```/.exec(page)?.[1] ?? '';

const ends: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).toReversed()) await end();
});

describe('the permissions of a namespace in SECURITY.md', () => {
  it('are enough for requests, events, queues, outcomes and dead letters, and refuse another namespace', async () => {
    const folder = new TemporaryFolder();
    ends.push(() => folder.remove());
    const file = folder.write('nats.conf', permissions);
    const server = await NatsServer.spawn(['-c', file]);
    ends.push(() => server.stop());
    const servers = server.url.replace('nats://', 'nats://shop:secret@');
    const done: string[] = [];
    const options = { namespace: 'shop', retry: { maxAttempts: 1 } };
    const node = (nodeId: string, namespace = 'shop'): CatgaNode => {
      const engine = nats({ servers, inboxPrefix: '_INBOX_shop' });
      const made = new CatgaNode({ ...options, namespace, nodeId, engine });
      ends.push(() => made.stop());
      return made;
    };
    const gateway = node('gateway');
    const orders = node('orders')
      .handleRequest(Charge, () => 'charged')
      .handleRequest(Pack, () => 'packed')
      .handleEvent(Viewed, () => void done.push('viewed'))
      .handleEvent(Shipped, () => void done.push('shipped'))
      .handleEvent(Broken, () => Promise.reject(new Error('broken')));
    for (const one of [orders, gateway]) {
      await one.init();
      await one.start();
    }
    await until(() => gateway.mediator.nodes().length === 2);
    await expect(gateway.mediator.send(new Charge(), { messageId: 'c1' })).resolves.toBe('charged');
    await gateway.mediator.publish(new Viewed());
    await gateway.mediator.publish(new Shipped(), { key: 'k' });
    await until(() => done.includes('viewed') && done.includes('shipped'));
    const receipt = await gateway.mediator.enqueue(new Pack(), { keepOutcome: true });
    await expect(receipt.outcome()).resolves.toEqual({ ok: true, value: 'packed' });
    await gateway.mediator.publish(new Broken());
    await until(async () => (await gateway.deadLetters.list()).items.length === 1);
    await gateway.deadLetters.redrive({});
    await until(async () => (await gateway.deadLetters.list()).items.length === 1);
    await gateway.deadLetters.drop({});
    for (const { failures } of [gateway, orders])
      expect([...failures.failures.keys()].filter((source) => source.startsWith('engine'))).toEqual([]);
    await expect(node('stranger', 'other').init()).rejects.toMatchObject({
      message: expect.stringContaining('does not permit') as unknown,
    });
  });
});
