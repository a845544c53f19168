import { PublishBatchError } from '@catga/core';
import { describe, expect, it } from '@jest/globals';
import { itWhere } from '../it-where.js';
import { Gate } from '../lab.js';
import type { Lab } from '../lab.js';
import { OrderPlaced, RefundDue } from '../messages.js';

/** Reliable events (QoS 1): stored before `publish` resolves, and delivered to each handler until it succeeds. */
export function reliableEvents(lab: Lab): void {
  describe('a reliable event', () => {
    it('reaches every handler once as an instance of its class, if nothing fails', async () => {
      const seen: object[] = [];
      const node = await lab.run(
        lab
          .node()
          .handleEvent(OrderPlaced, (event) => void seen.push(event), { name: 'One' })
          .handleEvent(OrderPlaced, async (event) => void seen.push(event), { name: 'Two' }),
      );
      await node.mediator.publish(new OrderPlaced('o1', 7));
      await lab.until(() => seen.length >= 2);
      await lab.pass(4);
      expect(seen).toEqual([new OrderPlaced('o1', 7), new OrderPlaced('o1', 7)]);
      expect(seen.every((event) => event instanceof OrderPlaced)).toBe(true);
    });

    it('is stored when publish resolves: handlers that are down get it later', async () => {
      const seen: string[] = [];
      const mails = (): ReturnType<Lab['node']> =>
        lab
          .node({ service: 'mails' })
          .handleEvent(OrderPlaced, (event) => void seen.push((event as OrderPlaced).orderId!));
      const before = await lab.run(mails());
      await lab.whileTimePasses(before.stop());
      const shop = await lab.run(lab.node({ service: 'shop' }));
      await shop.mediator.publish(new OrderPlaced('o1'));
      await lab.whileTimePasses(shop.stop());
      expect(seen).toEqual([]);
      await lab.run(mails());
      await lab.until(() => seen.length > 0);
      expect(seen).toEqual(['o1']);
    });

    it('is handled only once its node has started', async () => {
      const seen: object[] = [];
      const node = lab.node().handleEvent(OrderPlaced, (event) => void seen.push(event));
      await node.init();
      await node.mediator.publish(new OrderPlaced('o1'));
      await lab.pass(2);
      expect(seen).toEqual([]);
      await node.start();
      await lab.until(() => seen.length > 0);
    });

    it('is retried for the handler that failed alone, and the publisher does not hear of it', async () => {
      const seen: string[] = [];
      const node = await lab.run(
        lab
          .node()
          .handleEvent(
            OrderPlaced,
            (_event, { attempt }) => {
              seen.push(`flaky ${attempt}`);
              if (attempt < 3) throw new Error('again');
            },
            { name: 'Flaky' },
          )
          .handleEvent(OrderPlaced, () => void seen.push('steady'), { name: 'Steady' }),
      );
      await expect(node.mediator.publish(new OrderPlaced('o1'))).resolves.toBeUndefined();
      await lab.until(() => seen.includes('flaky 3') && seen.includes('steady'));
      await lab.pass(8);
      expect(seen.toSorted()).toEqual(['flaky 1', 'flaky 2', 'flaky 3', 'steady']);
    });

    it('of several types reaches one handler of all of them', async () => {
      const seen: string[] = [];
      const node = await lab.run(
        lab.node().handleEvent([OrderPlaced, RefundDue], (event) => void seen.push(event.constructor.name)),
      );
      await node.mediator.publishBatch([new OrderPlaced('o1'), new RefundDue(1)]);
      await lab.until(() => seen.length >= 2);
      expect(seen.toSorted()).toEqual(['OrderPlaced', 'RefundDue']);
    });

    it('of a batch is stored though another one is refused, and the publisher is told which', async () => {
      const seen: string[] = [];
      const node = await lab.run(
        lab
          .node({ limits: { maxPayloadBytes: 200 } })
          .handleEvent(OrderPlaced, (event) => void seen.push(String((event as OrderPlaced).orderId))),
      );
      const large = 'x'.repeat(300);
      const events = ['o1', large, 'o2', large].map((id) => new OrderPlaced(id));
      const failure: unknown = await node.mediator.publishBatch(events).catch((thrown: unknown) => thrown);
      const tooLarge = { code: 'CATGA_PAYLOAD_TOO_LARGE', retryable: false };
      expect(failure).toBeInstanceOf(PublishBatchError);
      expect(failure).toMatchObject({
        ...tooLarge,
        details: { failed: 2, published: 2 },
        results: [{ ok: true }, { ok: false, error: tooLarge }, { ok: true }, { ok: false, error: tooLarge }],
      });
      await lab.until(() => seen.length >= 2);
      await lab.pass(2);
      expect(seen.toSorted()).toEqual(['o1', 'o2']);
    });

    itWhere(lab.harness.keepsEvents === true)(
      'published before there was a handler reaches one that starts from the beginning, and no other',
      async () => {
        const seen: string[] = [];
        const publisher = await lab.run(lab.node({ service: 'shop' }));
        await publisher.mediator.publish(new OrderPlaced('before'));
        const node = lab.node({ service: 'books', nodeId: 'books' });
        const handler =
          (name: string) =>
          (event: object): void =>
            void seen.push(`${name} ${(event as OrderPlaced).orderId}`);
        node.handleEvent(OrderPlaced, handler('Ledger'), { name: 'Ledger', startFrom: 'beginning' });
        await lab.run(node.handleEvent(OrderPlaced, handler('Mails'), { name: 'Mails' }));
        await publisher.mediator.publish(new OrderPlaced('after'));
        await lab.until(() => seen.length >= 3);
        await lab.pass(2);
        expect(seen.toSorted()).toEqual(['Ledger after', 'Ledger before', 'Mails after']);
      },
    );

    it('that nobody subscribed to is published all the same', async () => {
      const node = await lab.run(lab.node());
      await expect(node.mediator.publish(new OrderPlaced('o1'))).resolves.toBeUndefined();
    });

    it('keeps no more handlers busy at a time than the handler allows, on one node', async () => {
      const gate = new Gate();
      let running = 0;
      let most = 0;
      let done = 0;
      const node = await lab.run(
        lab.node().handleEvent(
          OrderPlaced,
          async () => {
            most = Math.max(most, ++running);
            await gate.opened;
            running--;
            done++;
          },
          { concurrency: 3 },
        ),
      );
      for (let i = 0; i < 12; i++) await node.mediator.publish(new OrderPlaced(`o${i}`));
      await lab.until(() => running === 3);
      await lab.pass(2);
      gate.open();
      await lab.until(() => done === 12);
      expect(most).toBe(3);
    });
  });
}
