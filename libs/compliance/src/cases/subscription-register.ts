import type { MessageContext } from '@catga/core';
import { describe, expect, it } from '@jest/globals';
import { Gate } from '../lab.js';
import type { Lab } from '../lab.js';
import { OrderPlaced, ReserveStock } from '../messages.js';

/** Durable subscriptions without a handler. */
export function subscriptionRegister(lab: Lab): void {
  describe('a durable subscription', () => {
    const old = { name: 'Old' };
    const shop = (handler: (event: object, context: MessageContext) => void): ReturnType<Lab['node']> =>
      lab.node({ service: 'shop' }).handleEvent(OrderPlaced, handler, old);

    /** Creates a subscription with two waiting events and no handler. */
    async function abandoned(): Promise<ReturnType<Lab['node']>> {
      const before = await lab.run(shop(() => {}));
      await lab.whileTimePasses(before.stop());
      const node = await lab.run(lab.node({ service: 'shop', nodeId: 'later' }));
      await node.mediator.publish(new OrderPlaced('o1'));
      await node.mediator.publish(new OrderPlaced(undefined));
      return node;
    }

    it('is listed with what waits in it, whether somebody handles it or not', async () => {
      const node = await abandoned();
      await lab.until(async () => (await node.subscriptions.list()).some(({ waiting }) => waiting > 0));
      await expect(node.subscriptions.list()).resolves.toMatchObject([
        {
          id: 'shop.Old',
          kind: 'event',
          names: ['orders.placed.v1'],
          waiting: expect.any(Number) as unknown as number,
        },
      ]);
    });

    it('is dropped with all that waits in it', async () => {
      const node = await abandoned();
      await expect(node.subscriptions.drop('shop.Old')).resolves.toBe(true);
      await expect(node.subscriptions.drop('shop.Old')).resolves.toBe(false);
      await expect(node.subscriptions.list()).resolves.toEqual([]);
      const seen: (string | undefined)[] = [];
      const again = shop((event) => void seen.push((event as OrderPlaced).orderId));
      await lab.run(again);
      await again.mediator.publish(new OrderPlaced('new'));
      await lab.until(() => seen.length > 0);
      await lab.pass(2);
      expect(seen).toEqual(['new']);
    });

    it('is not dropped by a node that handles it', async () => {
      const node = await lab.run(shop(() => {}));
      await expect(node.subscriptions.drop('shop.Old')).rejects.toMatchObject({
        code: 'CATGA_CONFIGURATION',
        details: { id: 'shop.Old' },
      });
    });

    it.each([
      ['without keys', () => undefined],
      ['with keys', (number: number) => `key ${number}`],
      ['some with keys', (number: number) => (number % 2 === 0 ? undefined : `key ${number}`)],
    ])('that is a queue of commands, %s, says what is due, delayed, and handled', async (_, keyOf) => {
      const gate = new Gate();
      const node = await lab.run(
        lab.node().handleRequest(ReserveStock, () => gate.opened, { concurrency: 1 }),
      );
      const delays = [0, 0, 0, 0, 4000, 4000];
      for (const [number, delay] of delays.entries()) {
        const key = keyOf(number);
        const delayMs = delay * lab.unitMs;
        await node.mediator.enqueue(new ReserveStock('tea'), { delayMs, ...(key !== undefined && { key }) });
      }
      const listed = { due: 0, delayed: 0, handling: 0 };
      await lab.until(async () => {
        const [queue] = await node.subscriptions.list();
        Object.assign(listed, queue?.lag);
        return listed.handling > 0 && queue?.waiting === delays.length;
      });
      expect(listed).toMatchObject({ due: 3, delayed: 2, handling: 1 });
      gate.open();
    });

    it('may be a queue of commands', async () => {
      const queueing = lab.node({ nodeId: 'first' }).handleRequest(ReserveStock, () => {
        throw new Error('must not run');
      });
      await queueing.init(); // never started: it stores, but runs nothing
      await queueing.mediator.enqueue(new ReserveStock('tea'));
      await lab.whileTimePasses(queueing.stop());
      const admin = await lab.run(lab.node({ nodeId: 'admin' }));
      await expect(admin.subscriptions.drop('queue.ReserveStock')).resolves.toBe(true);
      const ran: string[] = [];
      const node = await lab.run(
        lab
          .node({ nodeId: 'second' })
          .handleRequest(ReserveStock, (command) => void ran.push((command as ReserveStock).sku)),
      );
      await node.mediator.enqueue(new ReserveStock('milk'));
      await lab.until(() => ran.length > 0);
      await lab.pass(2);
      expect(ran).toEqual(['milk']);
    });

    it('without a handler in its service is reported at start-up', async () => {
      await abandoned();
      const warnings: string[] = [];
      const logger = {
        debug: () => {},
        log: () => {},
        error: () => {},
        warn: (text: string) => void warnings.push(text),
      };
      await lab.run(lab.node({ service: 'shop', nodeId: 'again' }, { logger }));
      await lab.until(() => warnings.some((text) => text.includes("'shop.Old'")));
      await lab.run(lab.node({ service: 'books', nodeId: 'books' }, { logger }));
      await lab.pass(2);
      expect(warnings.filter((text) => text.includes('shop.Old'))).toHaveLength(1);
    });
  });
}
