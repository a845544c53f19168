import { describe, expect, it } from '@jest/globals';
import type { FailureReport } from '@catga/core';
import type { Lab } from '../lab.js';
import { OrderPlaced, RefundDue } from '../messages.js';
import { WatchedLetters } from '../watched-letters.js';

/** Dead letters of failed messages. */
export function deadLetters(lab: Lab): void {
  const failing = (error: Error): (() => never) => {
    return () => {
      throw error;
    };
  };

  describe('a dead letter', () => {
    it('is written after the last attempt, with the error, the attempts and the whole message', async () => {
      let attempts = 0;
      const node = await lab.run(
        lab.node({ service: 'mails', nodeId: 'mails-1' }).handleEvent(
          OrderPlaced,
          () => {
            attempts++;
            throw Object.assign(new RangeError('no such address'), { code: 'ADDRESS' });
          },
          { name: 'SendMail' },
        ),
      );
      const headers = { tenant: 'blue' };
      const beforeMs = lab.clock.now();
      await node.mediator.publish(new OrderPlaced('o1', 7), { messageId: 'm1', headers });
      const afterMs = lab.clock.now();
      await lab.until(async () => (await node.deadLetters.list()).items.length > 0);
      expect(attempts).toBe(3);
      const { items, next } = await node.deadLetters.list();
      expect(next).toBeUndefined();
      expect(items).toEqual([
        {
          id: expect.any(String),
          messageId: 'm1',
          name: 'orders.placed.v1',
          kind: 'event',
          subscription: 'mails.SendMail',
          message: { orderId: 'o1', total: 7 },
          body: expect.any(Uint8Array),
          headers,
          key: 'o1',
          correlationId: 'm1',
          causationId: undefined,
          originNodeId: 'mails-1',
          sentAt: expect.any(Date),
          history: [],
          error: { name: 'RangeError', message: 'no such address', code: 'ADDRESS' },
          attempts: 3,
          nodeId: 'mails-1',
          failedAt: expect.any(Date),
        },
      ]);
      expect(items[0]!.body).toBeInstanceOf(Uint8Array);
      expect(JSON.parse(Buffer.from(items[0]!.body).toString())).toEqual({ orderId: 'o1', total: 7 });
      expect(items[0]!.sentAt.getTime()).toBeGreaterThanOrEqual(beforeMs);
      expect(items[0]!.sentAt.getTime()).toBeLessThanOrEqual(afterMs);
      expect(items[0]!.failedAt.getTime()).toBeGreaterThan(items[0]!.sentAt.getTime());
    });

    it('is written at once for what fails validation', async () => {
      let runs = 0;
      const node = await lab.run(lab.node().handleEvent(RefundDue, () => void runs++));
      await node.mediator.publish(new RefundDue(-1));
      await lab.until(async () => (await node.deadLetters.list()).items.length > 0);
      await expect(node.deadLetters.list()).resolves.toMatchObject({
        items: [{ attempts: 1, error: { code: 'CATGA_VALIDATION_FAILED' }, message: { total: -1 } }],
      });
      expect(runs).toBe(0);
    });

    it('is written at once for an error that says it is not retryable', async () => {
      const error = Object.assign(new Error('this will never work'), { retryable: false });
      const node = await lab.run(lab.node().handleEvent(OrderPlaced, failing(error)));
      await node.mediator.publish(new OrderPlaced('o1'));
      await lab.until(async () => (await node.deadLetters.list()).items.length > 0);
      await expect(node.deadLetters.list()).resolves.toMatchObject({ items: [{ attempts: 1 }] });
    });

    it('is written for each handler by itself', async () => {
      let handled = 0;
      const node = await lab.run(
        lab
          .node({ service: 'shop' })
          .handleEvent(OrderPlaced, failing(new Error('one')), { name: 'One', maxAttempts: 1 })
          .handleEvent(OrderPlaced, failing(new Error('two')), { name: 'Two', maxAttempts: 2 })
          .handleEvent(OrderPlaced, () => void handled++, { name: 'Three' }),
      );
      await node.mediator.publish(new OrderPlaced('o1'));
      await lab.until(async () => (await node.deadLetters.list()).items.length === 2);
      const { items } = await node.deadLetters.list();
      expect(
        items.map(({ subscription, attempts, error }) => [subscription, attempts, error.message]),
      ).toEqual([
        ['shop.One', 1, 'one'],
        ['shop.Two', 2, 'two'],
      ]);
      await lab.until(() => handled > 0);
      expect(handled).toBe(1);
    });

    it('is reported to the error sink, as every failure before it', async () => {
      const reports: FailureReport[] = [];
      const node = lab
        .node({ service: 'shop' })
        .handleEvent(OrderPlaced, failing(new Error('never')), { name: 'Sad' });
      node.failures.subscribe((report) => void reports.push(report));
      await lab.run(node);
      await node.mediator.publish(new OrderPlaced('o1'), { messageId: 'm1' });
      await lab.until(() => reports.length === 3);
      expect(reports.map(({ attempt, disposition }) => `${attempt} ${disposition}`)).toEqual([
        '1 retried',
        '2 retried',
        '3 dead-lettered',
      ]);
      expect(reports[2]).toMatchObject({ source: 'shop.Sad', envelope: { messageId: 'm1' } });
      expect(node.failures.failures.get('shop.Sad')).toBe(3);
    });

    it('is kept when its node stops', async () => {
      const node = await lab.run(
        lab.node().handleEvent(OrderPlaced, failing(new Error('never')), { maxAttempts: 1 }),
      );
      await node.mediator.publish(new OrderPlaced('o1'), { messageId: 'm1' });
      await lab.until(async () => (await node.deadLetters.list()).items.length > 0);
      await lab.whileTimePasses(node.stop());
      const other = await lab.run(lab.node());
      await expect(other.deadLetters.list()).resolves.toMatchObject({ items: [{ messageId: 'm1' }] });
    });

    it('is forgotten after deadLetters.ttlMs', async () => {
      const engine = new WatchedLetters(lab.engine);
      const node = await lab.run(
        lab
          .nodeOn(engine, { deadLetters: { ttlMs: 6 * lab.unitMs } })
          .handleEvent(OrderPlaced, failing(new Error('never')), { maxAttempts: 1 }),
      );
      await node.mediator.publish(new OrderPlaced('o1'));
      await lab.until(() => engine.stored === 1); // A slow machine might list it too late.
      await lab.pass(8);
      await expect(node.deadLetters.list()).resolves.toEqual({ items: [], next: undefined });
    });
  });
}
