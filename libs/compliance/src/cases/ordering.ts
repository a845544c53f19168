import { describe, expect, it } from '@jest/globals';
import { Gate } from '../lab.js';
import type { Lab } from '../lab.js';
import { OrderPlaced } from '../messages.js';

/** Ordering by key. */
export function ordering(lab: Lab): void {
  /** Events of one key differ in their total. */
  const label = (event: object): string =>
    `${(event as OrderPlaced).orderId}.${(event as OrderPlaced).total}`;

  describe('events of one key', () => {
    it('reach a handler in order, one at a time', async () => {
      const seen: string[] = [];
      let running = 0;
      let overlapped = false;
      const node = await lab.run(
        lab.node().handleEvent(OrderPlaced, async (event) => {
          overlapped ||= ++running > 1;
          await lab.pass(0);
          seen.push(label(event));
          running--;
        }),
      );
      for (let total = 0; total < 10; total++) await node.mediator.publish(new OrderPlaced('o1', total));
      await lab.until(() => seen.length === 10);
      expect(seen).toEqual(Array.from({ length: 10 }, (_, total) => `o1.${total}`));
      expect(overlapped).toBe(false);
    });

    it('wait while an earlier one waits to be tried again; other keys overtake', async () => {
      const seen: string[] = [];
      const node = await lab.run(
        lab
          .node({ retry: { initialDelayMs: 10 * lab.unitMs, jitter: false } })
          .handleEvent(OrderPlaced, (event, { attempt }) => {
            seen.push(`${label(event)} attempt ${attempt}`);
            if (label(event) === 'o1.1' && attempt === 1) throw new Error('again');
          }),
      );
      await node.mediator.publish(new OrderPlaced('o1', 1));
      await node.mediator.publish(new OrderPlaced('o1', 2));
      await node.mediator.publish(new OrderPlaced('o2', 1));
      await lab.until(() => seen.length === 4);
      const ofOne = seen.filter((line) => line.startsWith('o1'));
      expect(ofOne).toEqual(['o1.1 attempt 1', 'o1.1 attempt 2', 'o1.2 attempt 1']);
      expect(seen.indexOf('o2.1 attempt 1')).toBeLessThan(seen.indexOf('o1.1 attempt 2'));
    });

    it('go on after an earlier one became a dead letter', async () => {
      const seen: string[] = [];
      const node = await lab.run(
        lab.node().handleEvent(
          OrderPlaced,
          (event) => {
            if (label(event) === 'o1.1') throw new Error('never');
            seen.push(label(event));
          },
          { maxAttempts: 2 },
        ),
      );
      await node.mediator.publish(new OrderPlaced('o1', 1));
      await node.mediator.publish(new OrderPlaced('o1', 2));
      await lab.until(() => seen.length > 0);
      expect(seen).toEqual(['o1.2']);
      await expect(node.deadLetters.list()).resolves.toMatchObject({ items: [{ key: 'o1' }] });
    });

    it('do not run at the same time on two nodes either', async () => {
      const gate = new Gate();
      const started: string[] = [];
      const node = (nodeId: string): ReturnType<Lab['node']> =>
        lab
          .node({ nodeId, shutdown: { drainTimeoutMs: 1000 * lab.unitMs } })
          .handleEvent(OrderPlaced, async (event) => {
            started.push(label(event));
            await gate.opened;
          });
      const one = await lab.run(node('one'));
      await lab.run(node('other'));
      await one.mediator.publish(new OrderPlaced('o1', 1));
      await one.mediator.publish(new OrderPlaced('o1', 2));
      await lab.until(() => started.length > 0);
      await lab.pass(4);
      expect(started).toEqual(['o1.1']);
      gate.open();
      await lab.until(() => started.length === 2);
    });

    it('may have a key from the publisher, which replaces the one of the message', async () => {
      const seen: string[] = [];
      const node = await lab.run(
        lab
          .node({ retry: { initialDelayMs: 4 * lab.unitMs, jitter: false } })
          .handleEvent(OrderPlaced, (event, { attempt }) => {
            if (label(event) === 'o1.1' && attempt === 1) throw new Error('again');
            seen.push(label(event));
          }),
      );
      await node.mediator.publish(new OrderPlaced('o1', 1), { key: 'a' });
      await node.mediator.publish(new OrderPlaced('o1', 2), { key: 'b' });
      await node.mediator.publish(new OrderPlaced('o2', 3), { key: 'a' });
      await lab.until(() => seen.length === 3);
      expect(seen).toEqual(['o1.2', 'o1.1', 'o2.3']);
    });
  });

  describe('events without a key', () => {
    it('do not wait for each other', async () => {
      const gate = new Gate();
      const done: number[] = [];
      const node = await lab.run(
        lab.node().handleEvent(OrderPlaced, async (event) => {
          const { total } = event as OrderPlaced;
          if (total === 1) await gate.opened;
          done.push(total);
        }),
      );
      await node.mediator.publish(new OrderPlaced(undefined, 1));
      await node.mediator.publish(new OrderPlaced(undefined, 2));
      await lab.until(() => done.length > 0);
      expect(done).toEqual([2]);
      gate.open();
      await lab.until(() => done.length === 2);
    });
  });
}
