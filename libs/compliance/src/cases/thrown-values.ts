import { describe, expect, it } from '@jest/globals';
import type { Lab } from '../lab.js';
import { OrderPlaced } from '../messages.js';
import { STRANGE_ERRORS } from '../strange-errors.js';

/** Dead letters of any thrown value. */
export function thrownValues(lab: Lab): void {
  describe('a dead letter of whatever was thrown', () => {
    it('is listed, read and redriven, and says what can be said of it', async () => {
      let isIll = true;
      const handled: number[] = [];
      const node = await lab.run(
        lab.node({ service: 'shop', nodeId: 'shop-1' }).handleEvent(
          OrderPlaced,
          (event) => {
            const { total } = event as OrderPlaced;
            if (isIll) throw STRANGE_ERRORS[total]![1]();
            handled.push(total);
          },
          { name: 'Strange', maxAttempts: 1 },
        ),
      );
      const { deadLetters } = node;
      for (const total of STRANGE_ERRORS.keys()) await node.mediator.publish(new OrderPlaced('o1', total));
      await lab.until(async () => (await deadLetters.list()).items.length === STRANGE_ERRORS.length);
      const { items } = await deadLetters.list();
      for (const letter of items) {
        const [what, , told] = STRANGE_ERRORS[(letter.message as OrderPlaced).total]!;
        expect({ what, error: letter.error }).toMatchObject({ what, error: told });
        expect(JSON.stringify(letter.error)).not.toMatch(/\\ud[89a-f]/i);
        expect(letter.error.message.length).toBeLessThanOrEqual(4_096);
        await expect(deadLetters.get(letter.id)).resolves.toEqual(letter);
      }
      await expect(deadLetters.list({ errorCode: '11000' })).resolves.toMatchObject({ items: [{}] });
      isIll = false;
      await expect(deadLetters.redrive({ name: 'orders.placed.v1' })).resolves.toMatchObject({
        succeeded: STRANGE_ERRORS.length,
        failed: 0,
      });
      await lab.until(() => handled.length === STRANGE_ERRORS.length);
      await lab.until(async () => (await deadLetters.list()).items.length === 0);
    });

    it('keeps its causes and what it holds, also as the history of a letter that was redriven', async () => {
      const node = await lab.run(
        lab.node().handleEvent(
          OrderPlaced,
          () => {
            const cause = Object.assign(new TypeError('no card'), { code: 402 });
            throw new AggregateError([new RangeError('far'), 'text'], 'not charged', { cause });
          },
          { maxAttempts: 1 },
        ),
      );
      await node.mediator.publish(new OrderPlaced('o1'));
      const error = {
        name: 'AggregateError',
        message: 'not charged',
        cause: { name: 'TypeError', message: 'no card', code: 402 },
        errors: [
          { name: 'RangeError', message: 'far' },
          { name: 'Error', message: 'text' },
        ],
      };
      await lab.until(async () => (await node.deadLetters.list()).items.length === 1);
      const [letter] = (await node.deadLetters.list()).items;
      expect(letter!.error).toEqual(error);
      await node.deadLetters.redrive(letter!.id);
      await lab.until(async () => (await node.deadLetters.list()).items[0]?.history.length === 1);
      await expect(node.deadLetters.list()).resolves.toMatchObject({
        items: [{ error, history: [{ error }] }],
      });
    });

    it('is written at once if what was thrown says that it is not retryable, error or not', async () => {
      const node = await lab.run(
        lab.node().handleEvent(OrderPlaced, () => {
          // oxlint-disable-next-line typescript/only-throw-error
          throw { message: 'half a pair \ud800', retryable: false };
        }),
      );
      await node.mediator.publish(new OrderPlaced('o1'));
      await lab.until(async () => (await node.deadLetters.list()).items.length > 0);
      await expect(node.deadLetters.list()).resolves.toMatchObject({
        items: [{ attempts: 1, error: { message: 'half a pair \ufffd' } }],
      });
    });
  });
}
