import { Command, Message, ReliableEvent } from '@catga/core';
import type { CatgaNode } from '@catga/core';
import { describe, expect, it } from '@jest/globals';
import { itWhere } from '../it-where.js';
import type { Lab } from '../lab.js';
import { ChargeCard, OrderPlaced, PlaceOrder, ReserveStock } from '../messages.js';

class CardRefused extends Error {}

/** Command with error rules of its own. */
@Message({ outcomes: { except: [CardRefused] }, deadLetterOn: ['NO_SUCH_CARD'] })
class BlockCard extends Command<string> {}

/** Reliable event with an error rule of its own. */
@ReliableEvent()
@Message({ deadLetterOn: [CardRefused] })
class CardBlocked {}

/** Error of a handler whose database connection was refused. */
const disconnected = (): Error =>
  new Error('the order could not be saved', {
    cause: new AggregateError([Object.assign(new Error('connect'), { code: 'ECONNREFUSED' })]),
  });

/** Error rules: which errors are outcomes, and which are retried. */
export function errorRules(lab: Lab): void {
  /** Handler that throws these errors one by one, and then returns. */
  const failing = (errors: Error[], value: unknown = 'done') => {
    let runs = 0;
    return Object.assign(
      () => {
        runs++;
        const error = errors.shift();
        if (error !== undefined) throw error;
        return value;
      },
      { runs: () => runs },
    );
  };

  describe('an error that is no outcome', () => {
    it.each([
      ['of QoS 1 with an id', () => new PlaceOrder('c1')],
      ['of QoS 2', () => new ChargeCard(1)],
    ] as const)('leaves the id of a command %s free: a repeat runs again', async (_which, command) => {
      const handler = failing([disconnected()]);
      const sent = command();
      const type = sent.constructor as typeof ChargeCard;
      const node = await lab.run(lab.node().handleRequest(type, handler));
      const send = () => node.mediator.send<unknown>(command(), { messageId: 'k' });
      await expect(send()).rejects.toThrow('the order could not be saved');
      await expect(send()).resolves.toBe('done');
      await expect(send()).resolves.toBe('done');
      expect(handler.runs()).toBe(2);
    });

    it('is declared by the module or by the message', async () => {
      const handler = failing([new CardRefused('no'), new CardRefused('no'), new RangeError('no')]);
      const byMessage = failing([new CardRefused('no'), new RangeError('no')]);
      const node = await lab.run(
        lab
          .node({ outcomes: { except: ['RangeError'] } })
          .handleRequest(PlaceOrder, handler)
          .handleRequest(BlockCard, byMessage),
      );
      const send = (messageId: string) => node.mediator.trySend(new PlaceOrder('c1'), { messageId });
      for (let sent = 0; sent < 3; sent++) await send('refused');
      expect(handler.runs()).toBe(1);
      await send('another');
      for (let sent = 0; sent < 3; sent++) await send('range');
      expect(handler.runs()).toBe(4); // the last two runs: RangeError, then the repeat
      for (let sent = 0; sent < 4; sent++) await node.mediator.trySend(new BlockCard(), { messageId: 'b' });
      expect(byMessage.runs()).toBe(2); // its own rules replace the module's
    });
  });

  const itStored = itWhere(lab.storesMessages);
  const letters = async (node: CatgaNode) => (await node.deadLetters.list()).items;

  itStored(
    'a queued command whose infrastructure failed has no outcome until a redrive ends it',
    async () => {
      const handler = failing([disconnected()], 'charged');
      const node = await lab.run(lab.node({ retry: { maxAttempts: 1 } }).handleRequest(ChargeCard, handler));
      const queued = await node.mediator.enqueue(new ChargeCard(1), { keepOutcome: true });
      await lab.until(async () => (await letters(node)).length === 1);
      await expect(node.mediator.outcomeOf(ChargeCard, queued.messageId)).resolves.toBeUndefined();
      await node.deadLetters.redrive({ messageId: queued.messageId });
      await expect(lab.whileTimePasses(queued.outcome())).resolves.toEqual({ ok: true, value: 'charged' });
    },
  );

  itStored('an event is tried again after a failure of the infrastructure', async () => {
    const handler = failing([disconnected(), disconnected()]);
    const node = await lab.run(lab.node().handleEvent(OrderPlaced, handler));
    await node.mediator.publish(new OrderPlaced('o1'));
    await lab.until(() => handler.runs() === 3);
    expect(await letters(node)).toEqual([]);
  });

  itStored('deadLetterOn of the module or the message makes a dead letter at the first attempt', async () => {
    const gone = (): Error => Object.assign(new Error('gone'), { code: 'NO_SUCH_CARD' });
    const event = failing([gone(), gone()]);
    const command = failing([gone(), gone()]);
    const own = failing([new CardRefused('no'), new CardRefused('no')]);
    const node = await lab.run(
      lab
        .node({ deadLetterOn: ['NO_SUCH_CARD'] })
        .handleEvent(OrderPlaced, event)
        .handleEvent(CardBlocked, own)
        .handleRequest(ReserveStock, command),
    );
    await node.mediator.publish(new OrderPlaced('o1'));
    await node.mediator.publish(new CardBlocked());
    await node.mediator.enqueue(new ReserveStock('tea'));
    await lab.until(async () => (await letters(node)).length === 3);
    expect((await letters(node)).map(({ attempts }) => attempts)).toEqual([1, 1, 1]);
    expect([event.runs(), own.runs(), command.runs()]).toEqual([1, 1, 1]);
  });
}
