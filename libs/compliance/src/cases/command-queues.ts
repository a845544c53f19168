import { describe, expect, it } from '@jest/globals';
import { Gate } from '../lab.js';
import type { Lab } from '../lab.js';
import { GetOrder, ReserveStock } from '../messages.js';

/** Queued commands. */
export function commandQueues(lab: Lab): void {
  describe('a queued command', () => {
    it('runs, under the id of its receipt', async () => {
      const ids: string[] = [];
      const node = await lab.run(
        lab.node().handleRequest(ReserveStock, (_command, context) => void ids.push(context.messageId)),
      );
      const receipt = await node.mediator.enqueue(new ReserveStock('tea'));
      expect(receipt).toEqual({ messageId: expect.any(String), name: 'ReserveStock', duplicate: false });
      await lab.until(() => ids.length > 0);
      expect(ids).toEqual([receipt.messageId]);
    });

    it('reaches its handler as an instance of its class', async () => {
      let seen: object | undefined;
      const node = await lab.run(lab.node().handleRequest(ReserveStock, (command) => void (seen = command)));
      await node.mediator.enqueue(new ReserveStock('tea'));
      await lab.until(() => seen !== undefined);
      expect(seen).toBeInstanceOf(ReserveStock);
      expect(seen).toEqual(new ReserveStock('tea'));
    });

    it('does not run before its delay has passed, and lets others overtake', async () => {
      const ran: string[] = [];
      const node = await lab.run(
        lab.node().handleRequest(ReserveStock, (command) => void ran.push((command as ReserveStock).sku)),
      );
      const enqueuedAtMs = lab.clock.monotonicMs();
      const delayMs = 20 * lab.unitMs;
      await node.mediator.enqueue(new ReserveStock('later'), { delayMs });
      await node.mediator.enqueue(new ReserveStock('now'));
      await lab.until(() => ran.length === 2);
      expect(lab.clock.monotonicMs() - enqueuedAtMs).toBeGreaterThanOrEqual(delayMs);
      expect(ran).toEqual(['now', 'later']);
    });

    it('survives a stop of its node, delayed or not', async () => {
      const first = lab.node({ nodeId: 'first' }).handleRequest(ReserveStock, () => {
        throw new Error('must not run here');
      });
      await first.init(); // never started: it stores, but runs nothing
      await first.mediator.enqueue(new ReserveStock('tea'));
      await first.mediator.enqueue(new ReserveStock('milk'), { delayMs: 4 * lab.unitMs });
      await lab.whileTimePasses(first.stop());
      const ran: string[] = [];
      await lab.run(
        lab.node({ nodeId: 'second' }).handleRequest(ReserveStock, (command, { attempt }) => {
          ran.push(`${(command as ReserveStock).sku} ${attempt}`);
        }),
      );
      await lab.until(() => ran.length === 2);
      expect(ran.toSorted()).toEqual(['milk 1', 'tea 1']);
    });

    it('is run by one of the nodes that handle it, whatever their service', async () => {
      const ran: string[] = [];
      const [shop] = await Promise.all(
        ['shop', 'warehouse'].map((service) =>
          lab.run(
            lab
              .node({ service })
              .handleRequest(ReserveStock, (command) => void ran.push((command as ReserveStock).sku)),
          ),
        ),
      );
      const skus = Array.from({ length: 20 }, (_, i) => `sku${i}`);
      for (const sku of skus) await shop!.mediator.enqueue(new ReserveStock(sku));
      await lab.until(() => ran.length >= 20);
      await lab.pass(2);
      expect(ran.toSorted()).toEqual(skus.toSorted());
    });

    it('that fails is tried again and becomes a dead letter in the end', async () => {
      const attempts: number[] = [];
      const node = await lab.run(
        lab.node().handleRequest(ReserveStock, (_command, { attempt }) => {
          attempts.push(attempt);
          throw new Error('no stock');
        }),
      );
      const { messageId } = await node.mediator.enqueue(new ReserveStock('tea'));
      await lab.until(async () => (await node.deadLetters.list()).items.length > 0);
      expect(attempts).toEqual([1, 2, 3]);
      await expect(node.deadLetters.list()).resolves.toMatchObject({
        items: [{ messageId, name: 'ReserveStock', kind: 'command', attempts: 3, message: { sku: 'tea' } }],
      });
    });

    it('is retried as often, and after such delays, as its handler says', async () => {
      const attemptedAtMs: number[] = [];
      const backoff = { initialDelayMs: 4 * lab.unitMs, multiplier: 1, jitter: false };
      const node = await lab.run(
        lab.node().handleRequest(
          ReserveStock,
          () => {
            attemptedAtMs.push(lab.clock.monotonicMs());
            throw new Error('no stock');
          },
          { maxAttempts: 2, backoff },
        ),
      );
      await node.mediator.enqueue(new ReserveStock('tea'));
      await lab.until(async () => (await node.deadLetters.list()).items.length > 0);
      await expect(node.deadLetters.list()).resolves.toMatchObject({ items: [{ attempts: 2 }] });
      const [first = 0, second = 0] = attemptedAtMs;
      expect(attemptedAtMs).toHaveLength(2);
      expect(second - first).toBeGreaterThanOrEqual(4 * lab.unitMs - 1);
    });

    it('of a key runs in the order in which one caller queued them, also when they are the first of their type', async () => {
      const ran: string[] = [];
      const node = await lab.run(
        lab.node().handleRequest(ReserveStock, (command) => void ran.push((command as ReserveStock).sku)),
      );
      const skus = Array.from({ length: 100 }, (_, number) => `tea ${number}`);
      await Promise.all(skus.map((sku) => node.mediator.enqueue(new ReserveStock(sku), { key: 'tea' })));
      await lab.until(() => ran.length === skus.length);
      expect(ran).toEqual(skus);
    });

    it.each([
      { keys: 'with no key', keyOf: () => undefined },
      { keys: 'with keys', keyOf: (count: number) => `key ${count}` },
      { keys: 'some with keys', keyOf: (count: number) => (count < 3 ? `key ${count}` : undefined) },
    ])('runs beside no more of its type than its handler allows, $keys', async ({ keyOf }) => {
      let running = 0;
      const together: number[] = [];
      const gate = new Gate();
      const handler = async (): Promise<void> => {
        together.push(++running);
        await gate.opened;
        running--;
      };
      const node = await lab.run(lab.node().handleRequest(ReserveStock, handler, { concurrency: 2 }));
      for (let count = 0; count < 6; count++) {
        const key = keyOf(count);
        await node.mediator.enqueue(new ReserveStock('tea'), { ...(key !== undefined && { key }) });
      }
      await lab.until(() => together.length === 2);
      await lab.pass(2);
      gate.open();
      await lab.until(() => together.length === 6);
      expect(Math.max(...together)).toBe(2);
    });

    it('is refused if it is a query, or its delay is none', async () => {
      const node = await lab.run(
        lab
          .node()
          .handleRequest(ReserveStock, () => {})
          .handleRequest(GetOrder, () => ''),
      );
      await expect(node.mediator.enqueue(new GetOrder('o1') as never)).rejects.toMatchObject({
        code: 'CATGA_UNSUPPORTED',
      });
      for (const delayMs of [-1, NaN, Infinity]) {
        await expect(node.mediator.enqueue(new ReserveStock('tea'), { delayMs })).rejects.toMatchObject({
          code: 'CATGA_CONFIGURATION',
        });
      }
    });
  });
}
