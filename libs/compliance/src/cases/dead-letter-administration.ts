import { describe, expect, it } from '@jest/globals';
import type { Lab } from '../lab.js';
import { OrderPlaced, RefundDue } from '../messages.js';

/** Administration of dead letters through the API. */
export function deadLetterAdministration(lab: Lab): void {
  /** Starts a node whose handlers fail at once. */
  async function failingNode(): Promise<ReturnType<Lab['node']>> {
    const fail = (code: string) => (): never => {
      throw Object.assign(new Error('never'), { code, retryable: false });
    };
    return lab.run(
      lab
        .node({ service: 'shop' })
        .handleEvent(OrderPlaced, fail('STOCK'), { name: 'Stock' })
        .handleEvent(RefundDue, fail('BANK'), { name: 'Bank' }),
    );
  }

  describe('dead letters', () => {
    it('are found by message, name, handler, code and time, oldest first', async () => {
      const node = await failingNode();
      const { deadLetters } = node;
      await node.mediator.publish(new OrderPlaced('o1'), { messageId: 'm1' });
      await lab.until(async () => (await deadLetters.list()).items.length === 1);
      await lab.pass(2);
      const between = new Date(lab.clock.now());
      await lab.pass(2);
      await node.mediator.publish(new RefundDue(1), { messageId: 'm2' });
      await lab.until(async () => (await deadLetters.list()).items.length === 2);

      const found = async (filter: Parameters<typeof deadLetters.list>[0]): Promise<string[]> =>
        (await deadLetters.list(filter)).items.map(({ messageId }) => messageId);
      await expect(found({})).resolves.toEqual(['m1', 'm2']);
      await expect(found({ messageId: 'm2' })).resolves.toEqual(['m2']);
      await expect(found({ name: 'orders.placed.v1' })).resolves.toEqual(['m1']);
      await expect(found({ subscription: 'shop.Bank' })).resolves.toEqual(['m2']);
      await expect(found({ errorCode: 'STOCK' })).resolves.toEqual(['m1']);
      await expect(found({ since: between })).resolves.toEqual(['m2']);
      await expect(found({ until: between })).resolves.toEqual(['m1']);
      await expect(found({ messageId: 'm1', errorCode: 'BANK' })).resolves.toEqual([]);
    });

    it('are read page by page', async () => {
      const node = await failingNode();
      for (let i = 0; i < 5; i++)
        await node.mediator.publish(new OrderPlaced(`o${i}`), { messageId: `m${i}` });
      await lab.until(async () => (await node.deadLetters.list()).items.length === 5);
      const all = (await node.deadLetters.list()).items.map(({ id }) => id);
      const pages: string[][] = [];
      let after: string | undefined;
      do {
        const page = await node.deadLetters.list({}, { limit: 2, after });
        pages.push(page.items.map(({ id }) => id));
        after = page.next;
      } while (after !== undefined);
      expect(pages.map(({ length }) => length)).toEqual([2, 2, 1]);
      expect(pages.flat()).toEqual(all);
    });

    it('are read by id, or not found', async () => {
      const node = await failingNode();
      await node.mediator.publish(new OrderPlaced('o1', 7), { messageId: 'm1' });
      await lab.until(async () => (await node.deadLetters.list()).items.length === 1);
      const [listed] = (await node.deadLetters.list()).items;
      await expect(node.deadLetters.get(listed!.id)).resolves.toEqual(listed);
      await expect(node.deadLetters.get('unknown')).resolves.toBeUndefined();
    });

    it('are dropped one by one or by filter', async () => {
      const node = await failingNode();
      for (let i = 0; i < 3; i++)
        await node.mediator.publish(new OrderPlaced(`o${i}`), { messageId: `m${i}` });
      await node.mediator.publish(new RefundDue(1));
      await lab.until(async () => (await node.deadLetters.list()).items.length === 4);
      const [first] = (await node.deadLetters.list({ messageId: 'm0' })).items;
      await expect(node.deadLetters.drop(first!.id)).resolves.toBeUndefined();
      await expect(node.deadLetters.get(first!.id)).resolves.toBeUndefined();
      await expect(node.deadLetters.drop({ errorCode: 'STOCK' })).resolves.toMatchObject({
        succeeded: 2,
        failed: 0,
      });
      await expect(node.deadLetters.list()).resolves.toMatchObject({ items: [{ name: 'RefundDue' }] });
    });

    it('of an unknown id can be neither redriven nor dropped', async () => {
      const node = await failingNode();
      const unknown = { code: 'CATGA_DEAD_LETTER_NOT_FOUND', details: { id: 'unknown' } };
      await expect(node.deadLetters.redrive('unknown')).rejects.toMatchObject(unknown);
      await expect(node.deadLetters.drop('unknown')).rejects.toMatchObject(unknown);
    });

    it('are listed by pages of a sensible size only', async () => {
      const node = await failingNode();
      for (const limit of [0, -1, 1.5, 1001, NaN]) {
        await expect(node.deadLetters.list({}, { limit })).rejects.toMatchObject({
          code: 'CATGA_VALIDATION_FAILED',
        });
      }
      await expect(node.deadLetters.list({}, { after: 'not a cursor' })).rejects.toMatchObject({
        code: 'CATGA_VALIDATION_FAILED',
      });
    });
  });
}
