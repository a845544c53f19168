import { describe, expect, it } from '@jest/globals';
import type { Lab } from '../lab.js';
import { OrderPlaced, ReserveStock } from '../messages.js';

const REDRIVES = 30;
/** Close to the maximum size of a message, in bytes. */
const LARGE = 1_030_000;

/** History of dead letters: they stay readable and redrivable, whatever and how often they failed. */
export function deadLetterHistory(lab: Lab): void {
  /** Starts a node whose handler fails with large errors until it is healed. */
  async function ailingNode() {
    let isIll = true;
    let runs = 0;
    const handle = (): void => {
      runs++;
      if (!isIll) return;
      const held = Array.from({ length: 16 }, () => new Error('€'.repeat(1024)));
      throw new AggregateError(held, `${runs} ${'€'.repeat(4000)}`);
    };
    const node = await lab.run(
      lab
        .node({ service: 'shop', retry: { maxAttempts: 1 } })
        .handleEvent(OrderPlaced, handle, { name: 'A' })
        .handleRequest(ReserveStock, handle),
    );
    const letterOfSeries = async (series: number) => {
      const found = async () =>
        (await node.deadLetters.list()).items.filter(({ id }) => id.endsWith(`~${series}`));
      await lab.until(
        async () => (await node.deadLetters.list()).items.length === 1 && (await found()).length === 1,
      );
      const [letter] = await found();
      return letter!;
    };
    return { node, letterOfSeries, runs: () => runs, heal: () => void (isIll = false) };
  }

  describe('the history of a dead letter', () => {
    it('is bounded, and has the first and the latest, however often it is redriven', async () => {
      const { node, letterOfSeries, runs, heal } = await ailingNode();
      await node.mediator.publish(new OrderPlaced('o1'), { messageId: 'm1' });
      for (let series = 1; series <= REDRIVES; series++) {
        await node.deadLetters.redrive((await letterOfSeries(series)).id);
      }
      const letter = await letterOfSeries(REDRIVES + 1);
      const told = [...letter.history, letter];
      expect(told.length + told.reduce((sum, { leftOut = 0 }) => sum + leftOut, 0)).toBe(REDRIVES + 1);
      expect(told.at(0)!.error.message).toMatch(/^1 /);
      expect(told.at(-1)!.error.message).toMatch(new RegExp(`^${REDRIVES + 1} `));
      expect(Buffer.byteLength(JSON.stringify(letter.history))).toBeLessThan(16_384);
      heal();
      await node.deadLetters.redrive(letter.id);
      await lab.until(() => runs() === REDRIVES + 2);
    });

    it('does not keep a message of almost maximum size from being redriven', async () => {
      const { node, letterOfSeries, runs, heal } = await ailingNode();
      await node.mediator.enqueue(new ReserveStock('x'.repeat(LARGE)), { messageId: 'm1' });
      for (const series of [1, 2, 3]) await node.deadLetters.redrive((await letterOfSeries(series)).id);
      const letter = await letterOfSeries(4);
      expect(letter.message).toMatchObject({ sku: 'x'.repeat(LARGE) });
      heal();
      await node.deadLetters.redrive(letter.id);
      await lab.until(() => runs() === 5);
    });
  });
}
