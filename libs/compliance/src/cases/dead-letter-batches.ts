import { describe, expect, it } from '@jest/globals';
import type { Lab } from '../lab.js';
import { OrderPlaced } from '../messages.js';
import { WatchedLetters } from '../watched-letters.js';

const LETTERS = 130;

/** Redrive and drop of many dead letters by filter. */
export function deadLetterBatches(lab: Lab): void {
  /** Starts a node, makes one dead letter of each message, and repairs the handler. */
  async function letters(messageIds: readonly string[]) {
    const engine = new WatchedLetters(lab.engine);
    let isIll = true;
    const seen: string[] = [];
    const node = await lab.run(
      lab.nodeOn(engine, { service: 'shop', retry: { maxAttempts: 1 } }).handleEvent(
        OrderPlaced,
        (_event, { messageId }) => {
          if (isIll) throw new Error('ill');
          seen.push(messageId);
        },
        { name: 'A' },
      ),
    );
    for (const messageId of messageIds) await node.mediator.publish(new OrderPlaced('o'), { messageId });
    const left = async (): Promise<string[]> =>
      (await node.deadLetters.list({}, { limit: 1000 })).items.map(({ messageId }) => messageId).toSorted();
    await lab.until(async () => (await left()).length === messageIds.length);
    isIll = false;
    engine.largestPage = 0;
    return { engine, deadLetters: node.deadLetters, seen, left };
  }

  describe('dead letters that a filter finds', () => {
    it('are redriven past those that cannot be, which stay and are reported', async () => {
      const { engine, deadLetters, seen, left } = await letters(['m1', 'm2', 'm3', 'm4']);
      engine.refused.add('m1').add('m3');
      await expect(deadLetters.redrive({})).resolves.toEqual({
        succeeded: 2,
        failed: 2,
        failures: ['m1', 'm3'].map((messageId) => ({
          id: expect.stringContaining(messageId) as unknown,
          error: expect.objectContaining({ code: 'CATGA_PAYLOAD_TOO_LARGE' }) as unknown,
        })),
      });
      await lab.until(() => seen.length === 2);
      expect(seen.toSorted()).toEqual(['m2', 'm4']);
      await expect(left()).resolves.toEqual(['m1', 'm3']);
      engine.refused.clear();
      await expect(deadLetters.redrive({})).resolves.toEqual({ succeeded: 2, failed: 0, failures: [] });
    });

    it('are dropped past those that cannot be, which stay and are reported', async () => {
      const { engine, deadLetters, left } = await letters(['m1', 'm2', 'm3']);
      engine.refused.add('m1');
      await expect(deadLetters.drop({})).resolves.toMatchObject({
        succeeded: 2,
        failed: 1,
        failures: [{ error: { message: "'m1' is too large." } }],
      });
      await expect(left()).resolves.toEqual(['m1']);
    });

    it('reject with the error if a single id is given', async () => {
      const { engine, deadLetters, left } = await letters(['m1']);
      engine.refused.add('m1');
      const [letter] = (await deadLetters.list()).items;
      await expect(deadLetters.redrive(letter!.id)).rejects.toMatchObject({
        code: 'CATGA_PAYLOAD_TOO_LARGE',
      });
      await expect(deadLetters.drop(letter!.id)).rejects.toMatchObject({ code: 'CATGA_PAYLOAD_TOO_LARGE' });
      await expect(left()).resolves.toEqual(['m1']);
    });

    it('are counted and found by their keys and read one at a time, and the first hundred failures are named', async () => {
      const ids = Array.from({ length: LETTERS }, (_, i) => `m${String(i).padStart(4, '0')}`);
      const { engine, deadLetters } = await letters(ids);
      for (const id of ids.slice(0, 110)) engine.refused.add(id);
      const bySubscription = { 'shop.A': LETTERS };
      await expect(deadLetters.count()).resolves.toEqual({
        total: LETTERS,
        bySubscription,
        isComplete: true,
      });
      await expect(deadLetters.count({ subscription: 'shop.A' }, { most: 7 })).resolves.toEqual({
        total: 7,
        bySubscription: { 'shop.A': 7 },
        isComplete: false,
      });
      const result = await deadLetters.redrive({});
      expect(result).toMatchObject({ succeeded: LETTERS - 110, failed: 110 });
      expect(result.failures).toHaveLength(100);
      expect(engine.largestPage).toBe(0);
    });
  });
}
