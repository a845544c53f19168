import type { FailureReport, MessageContext } from '@catga/core';
import { describe, expect, it } from '@jest/globals';
import { Gate, untilAborted } from '../lab.js';
import type { Lab } from '../lab.js';
import { GetOrder, PlaceOrder, ReserveStock } from '../messages.js';

/** Cancellation and timeouts, seen by the caller and by the handler. */
export function cancellation(lab: Lab): void {
  describe('cancellation', () => {
    it('by the signal of the caller rejects the call and aborts the signal of the handler', async () => {
      let signal: AbortSignal | undefined;
      const node = await lab.run(
        lab.node().handleRequest(GetOrder, (_query, context) => untilAborted((signal = context.signal))),
      );
      const controller = new AbortController();
      const answer = node.mediator.send(new GetOrder('o1'), { signal: controller.signal });
      answer.catch(() => {});
      await lab.until(() => signal !== undefined);
      controller.abort();
      await expect(answer).rejects.toMatchObject({ code: 'CATGA_CANCELLED' });
      await lab.until(() => signal?.aborted === true);
    });

    it('before the call keeps the handler from running', async () => {
      let runs = 0;
      const node = await lab.run(lab.node().handleRequest(GetOrder, () => String(++runs)));
      const answer = node.mediator.send(new GetOrder('o1'), { signal: AbortSignal.abort() });
      await expect(answer).rejects.toMatchObject({ code: 'CATGA_CANCELLED' });
      expect(runs).toBe(0);
    });

    it('by timeoutMs rejects with a retryable timeout and aborts the signal of the handler', async () => {
      let signal: AbortSignal | undefined;
      const node = await lab.run(
        lab.node().handleRequest(GetOrder, (_query, context) => untilAborted((signal = context.signal))),
      );
      const answer = node.mediator.trySend(new GetOrder('o1'), { timeoutMs: 2 * lab.unitMs });
      await expect(lab.whileTimePasses(answer)).resolves.toMatchObject({
        ok: false,
        error: { code: 'CATGA_TIMEOUT', retryable: true },
      });
      await lab.until(() => signal?.aborted === true);
    });

    it('leaves a handler that answers in time alone', async () => {
      let context: MessageContext | undefined;
      const node = await lab.run(
        lab.node().handleRequest(GetOrder, async (_query, given) => {
          context = given;
          return given.deadline === undefined ? 'no deadline' : 'in time';
        }),
      );
      const answer = node.mediator.send(new GetOrder('o1'), { timeoutMs: 2 * lab.unitMs });
      await expect(answer).resolves.toBe('in time');
      await lab.pass(4);
      expect(context?.signal.aborted).toBe(false);
    });

    it('reports a later failure of the handler to the error sink', async () => {
      const late = new Gate();
      const reports: FailureReport[] = [];
      const node = lab.node().handleRequest(GetOrder, async (_query, _context) => {
        await late.opened;
        throw new Error('too late');
      });
      node.failures.subscribe((report) => void reports.push(report));
      await lab.run(node);
      const answer = node.mediator.trySend(new GetOrder('o1'), { timeoutMs: lab.unitMs });
      await expect(lab.whileTimePasses(answer)).resolves.toMatchObject({ error: { code: 'CATGA_TIMEOUT' } });
      late.open();
      await lab.until(() => reports.length > 0);
      expect(reports).toMatchObject([{ error: { message: 'too late' }, disposition: 'none' }]);
    });

    it('reaches requests that the handler sends through its context, with no later deadline than its own', async () => {
      let innerSignal: AbortSignal | undefined;
      let innerDeadline: Date | undefined;
      let outerDeadline: Date | undefined;
      const node = await lab.run(
        lab
          .node()
          .handleRequest(PlaceOrder, async (_command, context) => {
            outerDeadline = context.deadline;
            await context.send(new ReserveStock('tea'), { timeoutMs: 1000 * lab.unitMs });
            return { orderId: 'o1' };
          })
          .handleRequest(ReserveStock, (_command, context) => {
            innerDeadline = context.deadline;
            return untilAborted((innerSignal = context.signal));
          }),
      );
      const answer = node.mediator.trySend(new PlaceOrder('c1'), { timeoutMs: 2 * lab.unitMs });
      await expect(lab.whileTimePasses(answer)).resolves.toMatchObject({ error: { code: 'CATGA_TIMEOUT' } });
      await lab.until(() => innerSignal?.aborted === true);
      // The deadlines come from two clocks, which are not read at the same instant.
      expect(innerDeadline!.getTime()).toBeLessThan(outerDeadline!.getTime() + 100 * lab.unitMs);
    });
  });
}
