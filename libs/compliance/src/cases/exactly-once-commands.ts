import { describe, expect, it } from '@jest/globals';
import { itWhere } from '../it-where.js';
import type { Lab } from '../lab.js';
import { ChargeCard } from '../messages.js';

/** Commands of QoS 2: always run under a claim in the idempotency store. */
export function exactlyOnceCommands(lab: Lab): void {
  const itStored = itWhere(lab.storesMessages);
  describe('a command of QoS 2', () => {
    it('runs once under its id, and a repetition gets its outcome', async () => {
      let runs = 0;
      const node = await lab.run(lab.node().handleRequest(ChargeCard, () => `receipt ${++runs}`));
      await expect(node.mediator.send(new ChargeCard(5), { messageId: 'k' })).resolves.toBe('receipt 1');
      await expect(node.mediator.send(new ChargeCard(5), { messageId: 'k' })).resolves.toBe('receipt 1');
      await expect(node.mediator.send(new ChargeCard(6), { messageId: 'k' })).rejects.toMatchObject({
        code: 'CATGA_IDEMPOTENCY_MISMATCH',
      });
    });

    it('runs under a record without an id of the caller, so that its result must be plain data', async () => {
      const node = await lab.run(lab.node().handleRequest(ChargeCard, () => 5n));
      await expect(node.mediator.send(new ChargeCard(5))).rejects.toMatchObject({
        code: 'CATGA_SERIALIZATION',
      });
    });

    it('runs each time it is sent as a new message', async () => {
      let runs = 0;
      const node = await lab.run(lab.node().handleRequest(ChargeCard, () => `receipt ${++runs}`));
      await node.mediator.send(new ChargeCard(5));
      await expect(node.mediator.send(new ChargeCard(5))).resolves.toBe('receipt 2');
    });

    itStored(
      'that was queued is not run again once its success is recorded, even when the ack was lost',
      async () => {
        const connection = await lab.connect();
        const amounts: number[] = [];
        const first = lab.node().handleRequest(ChargeCard, () => 'unreached');
        await first.init(); // creates the subscription, but consumes nothing
        await first.mediator.enqueue(new ChargeCard(1), { messageId: 'charged' });
        await lab.whileTimePasses(first.stop());
        await connection.inbox.add(
          'queue.ChargeCard',
          { name: 'ChargeCard', messageId: 'charged' },
          1000 * lab.unitMs,
        );
        const second = await lab.run(
          lab.node().handleRequest(ChargeCard, (command) => amounts.push((command as ChargeCard).amount)),
        );
        await second.mediator.enqueue(new ChargeCard(2), { messageId: 'new' });
        await lab.until(() => amounts.length > 0);
        await lab.pass(2);
        expect(amounts).toEqual([2]);
      },
    );
  });
}
