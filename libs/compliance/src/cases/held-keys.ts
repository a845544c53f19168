import type { CatgaNode } from '@catga/core';
import { describe, expect, it } from '@jest/globals';
import type { Lab } from '../lab.js';
import { OrderPlaced, ReserveStock } from '../messages.js';

/** Handlers with `whenDead: 'hold-key'`. */
export function heldKeys(lab: Lab): void {
  describe('a dead letter that holds its key', () => {
    /** Fails on the totals of `ill`. */
    const ill = new Set<number>();
    const keeper = (
      nodeId: string,
      seen: string[],
      error: Error = new Error('out of paper'),
    ): Promise<CatgaNode> =>
      lab.run(
        lab.node({ service: 'shop', nodeId }).handleEvent(
          OrderPlaced,
          (event) => {
            const { orderId, total } = event as OrderPlaced;
            if (ill.has(total)) throw error;
            seen.push(`${orderId}:${total}`);
          },
          { name: 'Invoices', maxAttempts: 2, whenDead: 'hold-key' },
        ),
      );
    const letters = async (node: CatgaNode, count: number): Promise<readonly string[]> => {
      let ids: readonly string[] = [];
      await lab.until(async () => {
        ids = (await node.deadLetters.list()).items.map(({ id }) => id);
        return ids.length === count;
      });
      return ids;
    };
    const publish = async (node: CatgaNode, orderId: string, ...totals: readonly number[]): Promise<void> => {
      for (const total of totals) await node.mediator.publish(new OrderPlaced(orderId, total));
    };

    it('is before the next messages of its key, of no other, until a redrive succeeds', async () => {
      ill.clear();
      ill.add(1);
      const seen: string[] = [];
      const node = await keeper('one', seen);
      await publish(node, 'a', 1, 2, 3);
      await publish(node, 'b', 4);
      const [first] = await letters(node, 1);
      await expect(node.deadLetters.get(first!)).resolves.toMatchObject({
        key: 'a',
        holdsKey: true,
        headers: {},
      });
      await lab.until(() => seen.length === 1);
      // It fails again: another letter, and the key is still held.
      await node.deadLetters.redrive(first!);
      let again: string | undefined;
      await lab.until(async () => {
        again = (await node.deadLetters.list()).items.find(({ history }) => history.length === 1)?.id;
        return again !== undefined;
      });
      await publish(node, 'b', 5);
      await lab.until(() => seen.length === 2);
      await lab.pass(2500 / lab.unitMs);
      expect(seen).toEqual(['b:4', 'b:5']);
      await lab.until(async () => {
        const [invoices] = await node.subscriptions.list();
        return invoices?.lag?.delayed === 1;
      });
      ill.clear();
      await node.deadLetters.redrive(again!);
      await lab.until(() => seen.length === 5);
      expect(seen).toEqual(['b:4', 'b:5', 'a:1', 'a:2', 'a:3']);
      await expect(node.deadLetters.list()).resolves.toMatchObject({ items: [] });
    });

    it('is that on the nodes that come after its own, until it is dropped', async () => {
      ill.clear();
      ill.add(1);
      const seen: string[] = [];
      const before = await keeper('before', seen, Object.assign(new Error('no'), { retryable: false }));
      await publish(before, 'a', 1, 2);
      await letters(before, 1);
      await lab.whileTimePasses(before.stop());
      ill.clear();
      const node = await keeper('after', seen);
      await publish(node, 'b', 3);
      await lab.until(() => seen.length === 1);
      await lab.pass(2500 / lab.unitMs);
      expect(seen).toEqual(['b:3']);
      await expect(node.deadLetters.drop({ subscription: 'shop.Invoices' })).resolves.toMatchObject({
        succeeded: 1,
      });
      await lab.until(() => seen.length === 2);
      expect(seen).toEqual(['b:3', 'a:2']);
    });

    it('may be redriven with other content', async () => {
      ill.clear();
      ill.add(1);
      const seen: string[] = [];
      const node = await keeper('one', seen);
      await publish(node, 'a', 1, 2);
      const [letter] = await letters(node, 1);
      await node.deadLetters.redriveAs(letter!, { orderId: 'a', total: 7 });
      await lab.until(() => seen.length === 2);
      expect(seen).toEqual(['a:7', 'a:2']);
    });

    it('may be one of a queued command, and holds nothing without a key', async () => {
      const seen: string[] = [];
      let isIll = true;
      const node = await lab.run(
        lab.node({ service: 'shop' }).handleRequest(
          ReserveStock,
          (command) => {
            const { sku } = command as ReserveStock;
            if (isIll && sku.startsWith('ill')) throw new Error('no shelf');
            seen.push(sku);
          },
          { maxAttempts: 1, whenDead: 'hold-key' },
        ),
      );
      await node.mediator.enqueue(new ReserveStock('ill'));
      await node.mediator.enqueue(new ReserveStock('without a key'));
      await node.mediator.enqueue(new ReserveStock('ill of a'), { key: 'a' });
      await node.mediator.enqueue(new ReserveStock('next of a'), { key: 'a' });
      await node.mediator.enqueue(new ReserveStock('of b'), { key: 'b' });
      await letters(node, 2);
      await lab.until(() => seen.length === 2);
      expect([...seen].sort()).toEqual(['of b', 'without a key']);
      isIll = false;
      seen.length = 0;
      await node.deadLetters.redrive({});
      await lab.until(() => seen.length === 3);
      expect(seen.filter((sku) => sku.endsWith(' of a'))).toEqual(['ill of a', 'next of a']);
    });
  });
}
