import { AsyncLocalStorage } from 'node:async_hooks';
import { describe, expect, it } from '@jest/globals';
import type { Lab } from '../lab.js';
import { CartViewed, GetOrder, OrderPlaced, ReserveStock } from '../messages.js';

const storage = new AsyncLocalStorage<string>();

/** `AsyncLocalStorage` in handlers. */
export function asyncContexts(lab: Lab): void {
  describe('the asynchronous context of a sender', () => {
    it('is seen by the handler of a request and of a plain event in the same process', async () => {
      const seen: unknown[] = [];
      const note = (): void => void seen.push(storage.getStore());
      const node = await lab.run(lab.node().handleRequest(GetOrder, note).handleEvent(CartViewed, note));
      await storage.run('sender', async () => {
        await node.mediator.send(new GetOrder('o1'));
        await node.mediator.publish(new CartViewed('c1'));
      });
      await lab.until(() => seen.length === 2);
      expect(seen).toEqual(['sender', 'sender']);
    });

    if (!lab.storesMessages) return;

    it('is not seen by handlers of stored messages: first attempts, retries, delayed and redriven ones', async () => {
      const seen: string[] = [];
      const note = (name: string, attempt: number): void => {
        seen.push(`${name} ${attempt} ${storage.getStore() ?? 'outside'}`);
        if (attempt < 3) throw new Error('again');
      };
      const node = await lab.run(
        lab
          .node()
          .handleEvent(OrderPlaced, (_event, { attempt }) => note('event', attempt))
          .handleRequest(ReserveStock, (command, { attempt }) => {
            note((command as ReserveStock).sku, attempt);
            if ((command as ReserveStock).sku === 'dead') throw new Error('no stock');
          }),
      );
      await storage.run('sender', async () => {
        await node.mediator.publish(new OrderPlaced('o1'));
        await node.mediator.enqueue(new ReserveStock('late'), { delayMs: 2 * lab.unitMs });
        await node.mediator.enqueue(new ReserveStock('dead'));
        await lab.until(() => seen.length === 9);
      });
      const letters = async (): Promise<readonly { readonly id: string }[]> =>
        (await node.deadLetters.list()).items;
      await lab.until(async () => (await letters()).length === 1);
      await storage.run('redriver', async () => {
        for (const { id } of await letters()) await node.deadLetters.redrive(id);
        await lab.until(() => seen.length === 12);
      });
      expect(seen.filter((line) => !line.endsWith(' outside'))).toEqual([]);
    });
  });
}
