import { describe, expect, it } from '@jest/globals';
import type { Lab } from '../lab.js';
import { OrderPlaced } from '../messages.js';

/** Redelivery of failed messages, with increasing delays. */
export function redelivery(lab: Lab): void {
  /** Delays between the attempts at an event that always fails, in units. */
  async function pausesOf(
    retry: NonNullable<Parameters<Lab['node']>[0]>['retry'],
    attempts: number,
  ): Promise<number[]> {
    const times: number[] = [];
    const node = await lab.run(
      lab.node({ retry: { jitter: false, maxAttempts: attempts, ...retry } }).handleEvent(OrderPlaced, () => {
        times.push(lab.clock.monotonicMs());
        throw new Error('again');
      }),
    );
    await node.mediator.publish(new OrderPlaced('o1'));
    await lab.until(() => times.length === attempts);
    return times.slice(1).map((time, i) => (time - times[i]!) / lab.unitMs);
  }

  describe('redelivery', () => {
    it('pauses longer after each attempt', async () => {
      const pauses = await pausesOf({ initialDelayMs: 2 * lab.unitMs, multiplier: 2 }, 4);
      expect(pauses[0]).toBeGreaterThanOrEqual(1.9);
      expect(pauses[1]).toBeGreaterThanOrEqual(3.9);
      expect(pauses[2]).toBeGreaterThanOrEqual(7.9);
    });

    it('pauses no longer than it may', async () => {
      const retry = { initialDelayMs: 2 * lab.unitMs, maxDelayMs: 3 * lab.unitMs, multiplier: 10 };
      const pauses = await pausesOf(retry, 4);
      expect(pauses[0]).toBeGreaterThanOrEqual(1.9);
      expect(pauses[1]).toBeGreaterThanOrEqual(2.9);
      expect(pauses[2]).toBeLessThan(100); // It would be 200.
    });

    it('pauses as long as the handler says, where it says so', async () => {
      const attempts = { Usual: 0, Hasty: 0 };
      const failing = (name: 'Usual' | 'Hasty') => (): void => {
        attempts[name]++;
        throw new Error('again');
      };
      const hourMs = 3_600_000;
      const node = await lab.run(
        lab
          .node({ retry: { initialDelayMs: hourMs, maxDelayMs: hourMs } })
          .handleEvent(OrderPlaced, failing('Usual'), { name: 'Usual' })
          .handleEvent(OrderPlaced, failing('Hasty'), {
            name: 'Hasty',
            backoff: { initialDelayMs: lab.unitMs, maxDelayMs: lab.unitMs },
          }),
      );
      await node.mediator.publish(new OrderPlaced('o1'));
      await lab.until(() => attempts.Hasty >= 3 && attempts.Usual > 0);
      expect(attempts.Usual).toBe(1);
    });

    it('does not delay other messages', async () => {
      const seen: (string | undefined)[] = [];
      const node = await lab.run(
        lab.node({ retry: { initialDelayMs: 10 * lab.unitMs, jitter: false } }).handleEvent(
          OrderPlaced,
          (event, { attempt }) => {
            const { orderId } = event as OrderPlaced;
            if (orderId === 'bad' && attempt === 1) throw new Error('again');
            seen.push(orderId);
          },
          { concurrency: 1 },
        ),
      );
      await node.mediator.publish(new OrderPlaced('bad'));
      await node.mediator.publish(new OrderPlaced('good'));
      await lab.until(() => seen.length === 2);
      expect(seen).toEqual(['good', 'bad']);
    });

    it('continues where it was after a restart of the node', async () => {
      const attempts: number[] = [];
      const node = (): ReturnType<Lab['node']> =>
        lab
          .node({ retry: { initialDelayMs: 6 * lab.unitMs, jitter: false, maxAttempts: 5 } })
          .handleEvent(OrderPlaced, (_event, { attempt }) => {
            attempts.push(attempt);
            if (attempt < 2) throw new Error('again');
          });
      const first = await lab.run(node());
      await first.mediator.publish(new OrderPlaced('o1'));
      await lab.until(() => attempts.length === 1);
      await lab.whileTimePasses(first.stop());
      await lab.run(node());
      await lab.until(() => attempts.length === 2);
      expect(attempts).toEqual([1, 2]);
    });
  });
}
