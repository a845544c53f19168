import type { LogDelivery } from '@catga/core/engine';
import { describe, expect, it } from '@jest/globals';
import type { Lab } from '../lab.js';
import { PaymentTaken } from '../messages.js';

const NAME = 'payments.taken.v1';
const SUBSCRIPTION = 'books.Bookkeeper';

/** Events of QoS 2: not handled again after a recorded success. */
export function exactlyOnceEvents(lab: Lab): void {
  /** Delivers an event, optionally records its success, and loses the acknowledgement. */
  async function deliverAndLoseAck(messageId: string, recordsSuccess: boolean): Promise<void> {
    const connection = await lab.connect({ nodeId: 'dying' });
    const subscription = { id: SUBSCRIPTION, kind: 'event', names: [NAME], concurrency: 1 } as const;
    const deliveries: LogDelivery[] = [];
    await connection.log.subscribe(subscription, (delivery) => void deliveries.push(delivery));
    const publisher = await lab.run(lab.node({ service: 'shop' }));
    await publisher.mediator.publish(new PaymentTaken('before'), { messageId });
    await lab.until(() => deliveries.length === 1);
    if (recordsSuccess)
      await connection.inbox.add(SUBSCRIPTION, { name: NAME, messageId }, 1000 * lab.unitMs);
    await connection.close();
  }

  async function paymentsSeenBy(node: ReturnType<Lab['node']>): Promise<string[]> {
    const seen: string[] = [];
    const bookkeeper = (event: object): void => void seen.push((event as PaymentTaken).paymentId);
    await lab.run(node.handleEvent(PaymentTaken, (event) => bookkeeper(event), { name: 'Bookkeeper' }));
    return seen;
  }

  describe('an event of QoS 2', () => {
    it('is not handled again once its success is recorded, even when the ack was lost', async () => {
      await deliverAndLoseAck('m1', true);
      const node = lab.node({ service: 'books' });
      const seen = await paymentsSeenBy(node);
      await node.mediator.publish(new PaymentTaken('after'));
      await lab.until(() => seen.includes('after'));
      await lab.pass(4);
      expect(seen).toEqual(['after']);
    });

    it('is handled again when the ack was lost before the success was recorded', async () => {
      await deliverAndLoseAck('m1', false);
      const seen = await paymentsSeenBy(lab.node({ service: 'books' }));
      await lab.until(() => seen.length > 0);
      expect(seen).toEqual(['before']);
    });

    it('leaves a record of its success', async () => {
      const node = lab.node({ service: 'books' });
      const seen = await paymentsSeenBy(node);
      await node.mediator.publish(new PaymentTaken('p1'), { messageId: 'm1' });
      await lab.until(() => seen.length > 0);
      const { inbox } = await lab.connect();
      await lab.until(() => inbox.has(SUBSCRIPTION, { name: NAME, messageId: 'm1' }));
    });

    it('is retried when its handler failed', async () => {
      const attempts: number[] = [];
      const node = await lab.run(
        lab.node({ service: 'books' }).handleEvent(PaymentTaken, (_event, { attempt }) => {
          attempts.push(attempt);
          if (attempt < 2) throw new Error('again');
        }),
      );
      await node.mediator.publish(new PaymentTaken('p1'));
      await lab.until(() => attempts.length === 2);
      expect(attempts).toEqual([1, 2]);
    });
  });

  describe('the inbox', () => {
    it('remembers a success for one subscription and one message', async () => {
      const { inbox } = await lab.connect();
      const other = (await lab.connect({ nodeId: 'other' })).inbox;
      await expect(inbox.has('shop.A', { name: 'placed', messageId: 'm1' })).resolves.toBe(false);
      await inbox.add('shop.A', { name: 'placed', messageId: 'm1' }, 1000 * lab.unitMs);
      await inbox.add('shop.A', { name: 'placed', messageId: 'm1' }, 1000 * lab.unitMs);
      await expect(other.has('shop.A', { name: 'placed', messageId: 'm1' })).resolves.toBe(true);
      await expect(inbox.has('shop.B', { name: 'placed', messageId: 'm1' })).resolves.toBe(false);
      await expect(inbox.has('shop.A', { name: 'placed', messageId: 'm2' })).resolves.toBe(false);
      await expect(inbox.has('shop.', { name: 'placed', messageId: 'Am1' })).resolves.toBe(false);
    });

    it('forgets it after its time to live, and no sooner', async () => {
      const { inbox } = await lab.connect();
      await inbox.add('shop.A', { name: 'placed', messageId: 'm1' }, 20 * lab.unitMs);
      await lab.pass(2);
      await expect(inbox.has('shop.A', { name: 'placed', messageId: 'm1' })).resolves.toBe(true);
      await lab.pass(20);
      await expect(inbox.has('shop.A', { name: 'placed', messageId: 'm1' })).resolves.toBe(false);
    });
  });
}
