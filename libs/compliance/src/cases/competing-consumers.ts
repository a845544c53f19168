import { describe, expect, it } from '@jest/globals';
import type { Lab } from '../lab.js';
import { OrderPlaced } from '../messages.js';

/** Competing consumers: one service's nodes share its messages. */
export function competingConsumers(lab: Lab): void {
  describe('two nodes', () => {
    const ids = Array.from({ length: 20 }, (_, i) => `o${i}`);
    const listening = (service: string, nodeId: string, seen: string[]): ReturnType<Lab['node']> =>
      lab.node({ service, nodeId }).handleEvent(
        OrderPlaced,
        async (event) => {
          await lab.pass(0);
          seen.push((event as OrderPlaced).orderId!);
        },
        { concurrency: 1, name: 'Listener' },
      );

    it('of one service share its events, each handled once', async () => {
      const byOne: string[] = [];
      const byOther: string[] = [];
      const one = await lab.run(listening('mails', 'one', byOne));
      await lab.run(listening('mails', 'other', byOther));
      await one.mediator.publishBatch(ids.map((id) => new OrderPlaced(id)));
      await lab.until(() => byOne.length + byOther.length >= ids.length);
      await lab.pass(2);
      expect([...byOne, ...byOther].toSorted()).toEqual(ids.toSorted());
      expect(byOne.length).toBeGreaterThan(0);
      expect(byOther.length).toBeGreaterThan(0);
    });

    it('of two services both get every event', async () => {
      const byMails: string[] = [];
      const byStock: string[] = [];
      const mails = await lab.run(listening('mails', 'one', byMails));
      await lab.run(listening('stock', 'other', byStock));
      await mails.mediator.publishBatch(ids.map((id) => new OrderPlaced(id)));
      await lab.until(() => byMails.length >= ids.length && byStock.length >= ids.length);
      await lab.pass(2);
      expect(byMails.toSorted()).toEqual(ids.toSorted());
      expect(byStock.toSorted()).toEqual(ids.toSorted());
    });

    it('of one service: one takes over what the other leaves', async () => {
      const byOne: string[] = [];
      const byOther: string[] = [];
      const one = await lab.run(listening('mails', 'one', byOne));
      const other = await lab.run(listening('mails', 'other', byOther));
      await lab.whileTimePasses(one.stop());
      await other.mediator.publishBatch(ids.map((id) => new OrderPlaced(id)));
      await lab.until(() => byOther.length >= ids.length);
      expect(byOne).toEqual([]);
    });
  });
}
