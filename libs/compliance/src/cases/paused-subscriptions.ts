import type { CatgaNode, EnqueueOptions } from '@catga/core';
import { describe, expect, it } from '@jest/globals';
import { Gate } from '../lab.js';
import type { Lab } from '../lab.js';
import { OrderPlaced, PlaceOrder, ReserveStock } from '../messages.js';

/** Subscriptions and queues that are paused for the whole service. */
export function pausedSubscriptions(lab: Lab): void {
  describe('a paused subscription', () => {
    const ID = 'shop.Stock';
    /** Nodes look for pauses as often as heartbeats ask for. */
    const heartbeat = { intervalMs: 20 * lab.unitMs, timeoutMs: 60 * lab.unitMs };
    const pause = (node: CatgaNode, id = ID): Promise<boolean> =>
      lab.whileTimePasses(node.subscriptions.pause(id));

    /** What the subscription has handled, and what another one of the same events has: the witness that they are there. */
    async function shop() {
      const seen: number[] = [];
      const witnessed: number[] = [];
      const member = (nodeId: string): CatgaNode =>
        lab
          .node({ service: 'shop', nodeId, heartbeat })
          .handleEvent(OrderPlaced, (event) => void seen.push((event as OrderPlaced).total), {
            name: 'Stock',
          });
      const first = await lab.run(member('first'));
      const witness = await lab.run(
        lab
          .node({ service: 'books', nodeId: 'books', heartbeat })
          .handleEvent(OrderPlaced, (event) => void witnessed.push((event as OrderPlaced).total), {
            name: 'Books',
          }),
      );
      /** Publishes events of one key, and waits until the witness has had them. */
      const publish = async (...totals: readonly number[]): Promise<void> => {
        for (const total of totals) await witness.mediator.publish(new OrderPlaced('o1', total));
        await lab.until(() => witnessed.includes(totals.at(-1) ?? 0));
      };
      return { first, witness, member, publish, seen };
    }

    it('hands nothing to its handlers, on nodes that join later neither, and goes on in order once it is resumed', async () => {
      const { first, witness, member, publish, seen } = await shop();
      await publish(1);
      await lab.until(() => seen.length === 1);
      await expect(pause(witness)).resolves.toBe(true);
      await publish(2, 3);
      await lab.run(member('second'));
      await publish(4, 5);
      expect(seen).toEqual([1]);
      await expect(first.subscriptions.resume(ID)).resolves.toBe(true);
      await lab.until(() => seen.length === 5);
      await publish(6);
      await lab.until(() => seen.length === 6);
      expect(seen).toEqual([1, 2, 3, 4, 5, 6]);
    });

    it('is paused after a restart of all of its nodes, which is said at start-up', async () => {
      const { first, witness, publish, member, seen } = await shop();
      await pause(first);
      await lab.whileTimePasses(first.stop());
      const warnings: string[] = [];
      const logger = {
        debug: () => {},
        log: () => {},
        error: () => {},
        warn: (text: string) => void warnings.push(text),
      };
      const again = lab
        .node({ service: 'shop', nodeId: 'again', heartbeat }, { logger })
        .handleEvent(OrderPlaced, (event) => void seen.push((event as OrderPlaced).total), {
          name: 'Stock',
        });
      await lab.run(again);
      await lab.run(member('third'));
      await publish(1, 2);
      await lab.until(() => warnings.some((text) => text.includes(`'${ID}' is paused`)));
      expect(seen).toEqual([]);
      await witness.subscriptions.resume(ID);
      await lab.until(() => seen.length === 2);
      expect(seen).toEqual([1, 2]);
    });

    it('lets what runs finish', async () => {
      const gate = new Gate();
      const ran: string[] = [];
      const node = await lab.run(
        lab.node({ service: 'shop', heartbeat }).handleEvent(
          OrderPlaced,
          async (event) => {
            ran.push(`begins ${(event as OrderPlaced).total}`);
            await gate.opened;
            ran.push(`ends ${(event as OrderPlaced).total}`);
          },
          { name: 'Stock', concurrency: 1 },
        ),
      );
      await node.mediator.publish(new OrderPlaced('o1', 1));
      await node.mediator.publish(new OrderPlaced('o1', 2));
      await lab.until(() => ran.length === 1);
      await pause(node);
      gate.open();
      await lab.until(() => ran.length === 2);
      await lab.pass(2);
      expect(ran).toEqual(['begins 1', 'ends 1']);
      await node.subscriptions.resume(ID);
      await lab.until(() => ran.length === 4);
      expect(ran.slice(2)).toEqual(['begins 2', 'ends 2']);
    });

    it('is listed as such, and no other one is', async () => {
      const { first } = await shop();
      await pause(first);
      const paused = async (): Promise<readonly string[]> =>
        (await first.subscriptions.list()).flatMap(({ id, isPaused }) => (isPaused === true ? [id] : []));
      await expect(paused()).resolves.toEqual([ID]);
      await first.subscriptions.resume(ID);
      await expect(paused()).resolves.toEqual([]);
    });

    it('must be there; and one that is dropped is paused no more', async () => {
      const { first, witness, member, publish, seen } = await shop();
      await expect(pause(first, 'shop.Nobody')).resolves.toBe(false);
      await expect(first.subscriptions.resume('shop.Nobody')).resolves.toBe(false);
      await expect(first.subscriptions.resume(ID)).resolves.toBe(false);
      await pause(first);
      await lab.whileTimePasses(first.stop());
      await witness.subscriptions.drop(ID);
      await lab.run(member('again'));
      await publish(1);
      await lab.until(() => seen.length === 1);
    });

    it.each<[string, EnqueueOptions]>([
      ['without a key', {}],
      ['with a key', { key: 'tea' }],
      ['that is delayed', { delayMs: lab.unitMs }],
    ])('may be a queue, here of commands %s', async (_, options) => {
      const ran: string[] = [];
      const others: unknown[] = [];
      const member = (nodeId: string): CatgaNode =>
        lab
          .node({ nodeId, heartbeat })
          .handleRequest(ReserveStock, (command) => void ran.push((command as ReserveStock).sku))
          .handleRequest(PlaceOrder, (command) => void others.push(command));
      const first = await lab.run(member('first'));
      await first.mediator.enqueue(new ReserveStock('0'), options);
      await lab.until(() => ran.length === 1);
      await expect(pause(first, 'queue.ReserveStock')).resolves.toBe(true);
      for (const sku of ['1', '2']) await first.mediator.enqueue(new ReserveStock(sku), options);
      const second = await lab.run(member('second'));
      for (const sku of ['3', '4']) await second.mediator.enqueue(new ReserveStock(sku), options);
      await lab.pass(2);
      await second.mediator.enqueue(new PlaceOrder('c1'), options);
      await lab.until(() => others.length === 1);
      expect(ran).toEqual(['0']);
      await first.subscriptions.resume('queue.ReserveStock');
      await lab.until(() => ran.length >= 5);
      await lab.pass(2);
      if (options.key !== undefined) expect(ran).toEqual(['0', '1', '2', '3', '4']);
      expect(ran.toSorted()).toEqual(['0', '1', '2', '3', '4']);
    });
  });
}
