import { describe, expect, it } from '@jest/globals';
import type { Lab } from '../lab.js';
import { OrderPlaced, ReserveStock } from '../messages.js';

/** Deduplication of repeated publishes by message id. */
export function publisherDeduplication(lab: Lab): void {
  describe('a repeated message id', () => {
    it('stores a reliable event once', async () => {
      const seen: string[] = [];
      const node = await lab.run(
        lab.node().handleEvent(OrderPlaced, (_event, { messageId }) => void seen.push(messageId)),
      );
      await node.mediator.publish(new OrderPlaced('o1'), { messageId: 'm1' });
      await node.mediator.publish(new OrderPlaced('o1'), { messageId: 'm1' });
      await Promise.all(
        [1, 2, 3].map(() => node.mediator.publish(new OrderPlaced('o2'), { messageId: 'm2' })),
      );
      await lab.until(() => seen.length >= 2);
      await node.mediator.publish(new OrderPlaced('o1'), { messageId: 'm1' });
      await lab.pass(4);
      expect(seen.toSorted()).toEqual(['m1', 'm2']);
    });

    it('stores a command once, and the receipt says so', async () => {
      let runs = 0;
      const node = await lab.run(lab.node().handleRequest(ReserveStock, () => void runs++));
      const receipts = [
        await node.mediator.enqueue(new ReserveStock('tea'), { messageId: 'm1' }),
        await node.mediator.enqueue(new ReserveStock('tea'), { messageId: 'm1' }),
      ];
      expect(receipts.map(({ messageId, duplicate }) => ({ messageId, duplicate }))).toEqual([
        { messageId: 'm1', duplicate: false },
        { messageId: 'm1', duplicate: true },
      ]);
      await lab.until(() => runs > 0);
      await lab.pass(4);
      expect(runs).toBe(1);
    });

    it('means one message of each name: the same id of another one is another message', async () => {
      const seen: string[] = [];
      const node = await lab.run(
        lab
          .node()
          .handleEvent(OrderPlaced, (_event, { name }) => void seen.push(name))
          .handleRequest(ReserveStock, (_command, { name }) => void seen.push(name)),
      );
      await node.mediator.publish(new OrderPlaced('o1'), { messageId: 'm1' });
      await expect(
        node.mediator.enqueue(new ReserveStock('tea'), { messageId: 'm1' }),
      ).resolves.toMatchObject({
        duplicate: false,
      });
      await lab.until(() => seen.length === 2);
    });

    it('is never assumed for messages without an id', async () => {
      let seen = 0;
      const node = await lab.run(lab.node().handleEvent(OrderPlaced, () => void seen++));
      await node.mediator.publish(new OrderPlaced('o1'));
      await node.mediator.publish(new OrderPlaced('o1'));
      await lab.until(() => seen === 2);
    });

    it('that is empty is refused, however it is sent', async () => {
      const node = await lab.run(
        lab
          .node()
          .handleEvent(OrderPlaced, () => {})
          .handleRequest(ReserveStock, () => {}),
      );
      const refusal = { code: 'CATGA_VALIDATION_FAILED' };
      const options = { messageId: '' };
      await expect(node.mediator.publish(new OrderPlaced('o1'), options)).rejects.toMatchObject(refusal);
      await expect(node.mediator.enqueue(new ReserveStock('tea'), options)).rejects.toMatchObject(refusal);
      await expect(node.mediator.send(new ReserveStock('tea'), options)).rejects.toMatchObject(refusal);
    });
  });
}
