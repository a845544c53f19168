import { afterEach, describe, expect, it } from '@jest/globals';
import { CatgaNode, Command, Message, ReliableEvent } from '@catga/core';
import type { Engine } from '@catga/core/engine';
import { until } from './until.js';

@Message({ qos: 2 })
class Charge extends Command<string> {}
class Pack extends Command<string> {}
class Viewed {}
@ReliableEvent({ qos: 2 })
class Shipped {}
@ReliableEvent()
class Broken {}

/** A server whose user `shop` has what a page of the documentation grants for the namespace `shop`. */
export interface GrantingBroker {
  /** Creates an engine that connects as this user. */
  engine(): Engine;
  stop(): Promise<void>;
}

/** Suite for engines with a broker: the documented rights of a namespace are enough for all that a node does, and for no other. */
export function describeGrants(rights: string, spawn: () => Promise<GrantingBroker>): void {
  const ends: (() => unknown)[] = [];
  afterEach(async () => {
    for (const end of ends.splice(0).toReversed()) await end();
  });

  describe(`the ${rights} of a namespace in SECURITY.md`, () => {
    it('are enough for requests, events, queues, cancelling, outcomes, dead letters and streams, and refuse another namespace', async () => {
      const broker = await spawn();
      ends.push(() => broker.stop());
      const done: string[] = [];
      const node = (nodeId: string, namespace = 'shop'): CatgaNode => {
        const made = new CatgaNode({ namespace, nodeId, engine: broker.engine(), retry: { maxAttempts: 1 } });
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
      const later = { delayMs: 3_600_000 };
      for (const options of [later, { ...later, key: 'k' }]) {
        const delayed = await gateway.mediator.enqueue(new Pack(), options);
        await expect(gateway.queue.reschedule(delayed, { delayMs: 7_200_000 })).resolves.toBe('rescheduled');
        await expect(gateway.queue.list()).resolves.toMatchObject({ items: [{ state: 'delayed' }] });
        await expect(gateway.queue.cancel(delayed)).resolves.toBe('cancelled');
      }
      const hasLetter = async (): Promise<boolean> => (await gateway.deadLetters.list()).items.length === 1;
      await gateway.mediator.publish(new Broken());
      await until(hasLetter);
      await gateway.deadLetters.redrive({});
      await until(hasLetter);
      await gateway.deadLetters.drop({});
      if (gateway.options.engine.capabilities.streams === true) {
        const { streams } = gateway.steps;
        const position = await streams.append('account/1', { head: '1 1', body: new Uint8Array(1) }, 0);
        await expect(streams.last('account/1')).resolves.toMatchObject({ position });
        await expect(streams.read('account/1', 1, position ?? 0)).resolves.toHaveLength(1);
      }
      for (const { failures } of [gateway, orders])
        expect([...failures.failures.keys()].filter((source) => source.startsWith('engine'))).toEqual([]);
      await expect(node('stranger', 'other').init()).rejects.toMatchObject({
        message: expect.stringContaining('does not permit') as unknown,
      });
    });
  });
}
