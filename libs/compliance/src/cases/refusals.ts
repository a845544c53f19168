import { CatgaError, Command, Message } from '@catga/core';
import { describe, expect, it } from '@jest/globals';
import { Gate, untilAborted } from '../lab.js';
import type { Lab } from '../lab.js';
import { PlaceOrder, ReserveStock } from '../messages.js';

/** Refusals are not outcomes: the same id may be sent again. */
export function refusals(lab: Lab): void {
  describe('a command that was refused under an id', () => {
    const messageId = 'key-1';

    it('because the node was overloaded runs when it is sent again', async () => {
      const gate = new Gate();
      const node = await lab.run(
        lab
          .node({ concurrency: { maxInFlight: 1, maxQueued: 0 } })
          .handleRequest(ReserveStock, async () => gate.opened)
          .handleRequest(PlaceOrder, () => ({ orderId: 'o1' })),
      );
      const busy = node.mediator.send(new ReserveStock('tea'));
      await expect(node.mediator.send(new PlaceOrder('c1'), { messageId })).rejects.toMatchObject({
        code: 'CATGA_OVERLOADED',
        retryable: true,
      });
      gate.open();
      await busy;
      await expect(node.mediator.send(new PlaceOrder('c1'), { messageId })).resolves.toEqual({
        orderId: 'o1',
      });
    });

    it('by validation runs when it is sent again and passes', async () => {
      let isSold = true;
      const soldOut = { message: 'is sold out', path: ['sku'] };
      @Message({
        schema: {
          '~standard': {
            version: 1,
            vendor: 'compliance',
            validate: (value) => (isSold ? { issues: [soldOut] } : { value }),
          },
        },
      })
      class Buy extends Command<string> {
        readonly sku = 'tea';
      }
      const node = await lab.run(lab.node().handleRequest(Buy, () => 'bought'));
      await expect(node.mediator.send(new Buy(), { messageId })).rejects.toMatchObject({
        code: 'CATGA_VALIDATION_FAILED',
      });
      isSold = false;
      await expect(node.mediator.send(new Buy(), { messageId })).resolves.toBe('bought');
    });

    it('by a CatgaError of its handler runs when it is sent again', async () => {
      let runs = 0;
      const node = await lab.run(
        lab.node().handleRequest(PlaceOrder, () => {
          if (++runs === 1) throw new CatgaError('CATGA_ENGINE_UNAVAILABLE', 'the far side is away');
          return { orderId: 'o1' };
        }),
      );
      await expect(node.mediator.send(new PlaceOrder('c1'), { messageId })).rejects.toMatchObject({
        code: 'CATGA_ENGINE_UNAVAILABLE',
      });
      await expect(node.mediator.send(new PlaceOrder('c1'), { messageId })).resolves.toEqual({
        orderId: 'o1',
      });
    });

    it('because its time was up, and whose handler gave up, runs when it is sent again', async () => {
      let isSentAgain = false; // On a slow machine the timeout may expire before the handler is called.
      const node = await lab.run(
        lab.node().handleRequest(PlaceOrder, async (_command, { signal }) => {
          if (isSentAgain) return { orderId: 'o1' };
          return untilAborted(signal);
        }),
      );
      const first = node.mediator.trySend(new PlaceOrder('c1'), { messageId, timeoutMs: lab.unitMs });
      await expect(lab.whileTimePasses(first)).resolves.toMatchObject({ error: { code: 'CATGA_TIMEOUT' } });
      isSentAgain = true;
      const second = node.mediator.send(new PlaceOrder('c1'), { messageId });
      await expect(lab.whileTimePasses(second)).resolves.toEqual({ orderId: 'o1' });
    });

    it('because its time was up, and whose handler went on, is answered from its record', async () => {
      const gate = new Gate();
      let runs = 0;
      const node = await lab.run(
        lab.node().handleRequest(PlaceOrder, async () => {
          runs++;
          await gate.opened;
          return { orderId: `o${runs}` };
        }),
      );
      const first = node.mediator.trySend(new PlaceOrder('c1'), { messageId, timeoutMs: lab.unitMs });
      await expect(lab.whileTimePasses(first)).resolves.toMatchObject({ error: { code: 'CATGA_TIMEOUT' } });
      const second = node.mediator.send(new PlaceOrder('c1'), { messageId });
      gate.open();
      await expect(lab.whileTimePasses(second)).resolves.toEqual({ orderId: 'o1' });
      expect(runs).toBe(1);
    });
  });
}
