import { describe, expect, it } from '@jest/globals';
import type { Lab } from '../lab.js';
import { OrderPlaced, ReserveStock } from '../messages.js';

/** Redrive of dead letters, to the failed handler only. */
export function redrive(lab: Lab): void {
  describe('a redriven dead letter', () => {
    /** Starts a node with a handler that fails until it is healed, and one that never fails. */
    async function ailingNode(): Promise<{ node: ReturnType<Lab['node']>; seen: string[]; heal(): void }> {
      const seen: string[] = [];
      let isIll = true;
      const node = await lab.run(
        lab
          .node({ service: 'shop', retry: { maxAttempts: 2, initialDelayMs: lab.unitMs, jitter: false } })
          .handleEvent(
            OrderPlaced,
            (event, { messageId, attempt }) => {
              seen.push(`ailing ${messageId} ${(event as OrderPlaced).total} attempt ${attempt}`);
              if (isIll) throw new Error('ill');
            },
            { name: 'Ailing' },
          )
          .handleEvent(OrderPlaced, (_event, { messageId }) => void seen.push(`sound ${messageId}`), {
            name: 'Sound',
          }),
      );
      return { node, seen, heal: () => void (isIll = false) };
    }

    it('goes to the handler that failed alone, under its id, from attempt 1', async () => {
      const { node, seen, heal } = await ailingNode();
      await node.mediator.publish(new OrderPlaced('o1', 7), { messageId: 'm1' });
      await lab.until(async () => (await node.deadLetters.list()).items.length === 1);
      const [letter] = (await node.deadLetters.list()).items;
      heal();
      seen.length = 0;
      await expect(node.deadLetters.redrive(letter!.id)).resolves.toBeUndefined();
      await lab.until(() => seen.length > 0);
      await lab.pass(4);
      expect(seen).toEqual(['ailing m1 7 attempt 1']);
      await expect(node.deadLetters.list()).resolves.toEqual({ items: [], next: undefined });
    });

    it('may have other content, and is a new message then, for that handler alone', async () => {
      const { node, seen, heal } = await ailingNode();
      await node.mediator.publish(new OrderPlaced('o1', 7), { messageId: 'm1' });
      await lab.until(async () => (await node.deadLetters.list()).items.length === 1);
      const [letter] = (await node.deadLetters.list()).items;
      heal();
      seen.length = 0;
      const id = await node.deadLetters.redriveAs(letter!.id, { orderId: 'o1', total: 8 });
      await lab.until(() => seen.length > 0);
      await lab.pass(4);
      expect(id).not.toBe('m1');
      expect(seen).toEqual([`ailing ${id} 8 attempt 1`]);
      await expect(node.deadLetters.list()).resolves.toEqual({ items: [], next: undefined });
      await expect(node.deadLetters.redriveAs(letter!.id, {})).rejects.toMatchObject({
        code: 'CATGA_DEAD_LETTER_NOT_FOUND',
      });
    });

    it('that fails again keeps what happened before as its history, and what it was redriven in', async () => {
      const { node } = await ailingNode();
      await node.mediator.publish(new OrderPlaced('o1'), { messageId: 'm1' });
      await lab.until(async () => (await node.deadLetters.list()).items.length === 1);
      const [before] = (await node.deadLetters.list()).items;
      await node.deadLetters.redrive(before!.id, { batch: 'b1' });
      await lab.until(async () => (await node.deadLetters.list()).items[0]?.history.length === 1);
      const { items } = await node.deadLetters.list();
      const { error, attempts, nodeId, failedAt } = before!;
      expect(items).toHaveLength(1);
      expect(items[0]).toMatchObject({ messageId: 'm1', attempts: 2, headers: {}, redrivenIn: 'b1' });
      expect(before).not.toHaveProperty('redrivenIn');
      for (const batch of ['', 'b'.repeat(65)])
        await expect(node.deadLetters.redrive(items[0]!.id, { batch })).rejects.toMatchObject({
          code: 'CATGA_VALIDATION_FAILED',
        });
      // The letter has a new id, so that a late removal of the redriven one does not remove it.
      expect(items[0]!.id).not.toBe(before!.id);
      expect(items[0]!.history).toEqual([{ error, attempts, nodeId, failedAt }]);
    });

    it('may be one of many: those that a filter finds', async () => {
      const { node, seen, heal } = await ailingNode();
      for (const id of ['m1', 'm2', 'm3'])
        await node.mediator.publish(new OrderPlaced(id), { messageId: id });
      await lab.until(async () => (await node.deadLetters.list()).items.length === 3);
      heal();
      seen.length = 0;
      await expect(node.deadLetters.redrive({ messageId: 'm2' })).resolves.toMatchObject({
        succeeded: 1,
        failed: 0,
      });
      await lab.until(() => seen.length === 1);
      await expect(node.deadLetters.redrive({ subscription: 'shop.Ailing' })).resolves.toMatchObject({
        succeeded: 2,
        failed: 0,
      });
      await lab.until(() => seen.length === 3);
      const [first, ...rest] = seen.map((line) => line.split(' ')[1] ?? '');
      expect([first, ...rest.toSorted()]).toEqual(['m2', 'm1', 'm3']);
      await expect(node.deadLetters.redrive({})).resolves.toMatchObject({ succeeded: 0, failed: 0 });
    });

    it('is redriven once by a filter, even if it fails again at once', async () => {
      const node = await lab.run(
        lab
          .node()
          .handleEvent(OrderPlaced, async () => Promise.reject(new Error('never')), { maxAttempts: 1 }),
      );
      for (let i = 0; i < 5; i++) await node.mediator.publish(new OrderPlaced(`o${i}`));
      await lab.until(async () => (await node.deadLetters.list()).items.length === 5);
      await expect(node.deadLetters.redrive({})).resolves.toMatchObject({ succeeded: 5, failed: 0 });
      await lab.until(async () => {
        const { items } = await node.deadLetters.list();
        return items.length === 5 && items.every(({ history }) => history.length === 1);
      });
    });

    it('may be a queued command', async () => {
      let isIll = true;
      let done = 0;
      const node = await lab.run(
        lab.node({ retry: { maxAttempts: 1 } }).handleRequest(ReserveStock, () => {
          if (isIll) throw new Error('ill');
          done++;
        }),
      );
      await node.mediator.enqueue(new ReserveStock('tea'));
      await lab.until(async () => (await node.deadLetters.list()).items.length === 1);
      isIll = false;
      await node.deadLetters.redrive({ name: 'ReserveStock' });
      await lab.until(() => done === 1);
    });

    it('waits for its handler if that is down', async () => {
      const { node, heal, seen } = await ailingNode();
      await node.mediator.publish(new OrderPlaced('o1'), { messageId: 'm1' });
      await lab.until(async () => (await node.deadLetters.list()).items.length === 1);
      await lab.whileTimePasses(node.stop());
      const admin = await lab.run(lab.node({ service: 'admin' }));
      await expect(admin.deadLetters.redrive({ messageId: 'm1' })).resolves.toMatchObject({
        succeeded: 1,
        failed: 0,
      });
      heal();
      seen.length = 0;
      const again = await ailingNode();
      await lab.until(() => again.seen.length > 0);
      expect(again.seen[0]).toBe('ailing m1 0 attempt 1');
    });
  });
}
