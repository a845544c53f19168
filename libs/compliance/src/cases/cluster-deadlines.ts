import { describe, expect, it } from '@jest/globals';
import type { Clock } from '@catga/core/engine';
import type { ClusterLab } from '../cluster-lab.js';
import { Gate } from '../lab.js';
import { GetOrder, PlaceOrder } from '../messages.js';

const HOUR_MS = 3_600_000;

/** Clock of a machine with a wrong wall time. */
function anHourAhead(clock: Clock): Clock {
  return {
    now: () => clock.now() + HOUR_MS,
    monotonicMs: () => clock.monotonicMs(),
    setTimer: (delayMs, callback, isBackground) => clock.setTimer(delayMs, callback, isBackground),
  };
}

/** Timeouts and cancellations across nodes, and late answers. */
export function clusterDeadlines(lab: ClusterLab): void {
  describe('the end of a request at another node', () => {
    it('at its deadline is a timeout for the caller and an abort for the handler', async () => {
      let signal: AbortSignal | undefined;
      const gateway = lab.member('gateway');
      const orders = lab.member('orders').handleRequest(GetOrder, (_query, context) => {
        signal = context.signal;
        return new Promise(() => {});
      });
      await lab.start(gateway, orders);
      const sent = gateway.mediator.trySend(new GetOrder('o1'), { timeoutMs: 4 * lab.unitMs });
      await expect(lab.whileTimePasses(sent)).resolves.toMatchObject({
        ok: false,
        error: { code: 'CATGA_TIMEOUT', retryable: true },
      });
      await lab.until(() => signal?.aborted === true);
      expect(gateway.mediator.self.load.unanswered).toBe(0);
    });

    it('is sent as remaining time, so that clock differences do not matter', async () => {
      let leftMs = Infinity;
      const gateway = lab.member('gateway', {}, { clock: anHourAhead(lab.clock) });
      const orders = lab.member('orders').handleRequest(PlaceOrder, (_command, { deadline }) => {
        leftMs = deadline!.getTime() - lab.clock.now();
        return { orderId: 'o1' };
      });
      await lab.start(gateway, orders);
      await gateway.mediator.send(new PlaceOrder('c1'), { timeoutMs: 100 * lab.unitMs });
      expect(leftMs).toBeGreaterThan(0);
      expect(leftMs).toBeLessThanOrEqual(100 * lab.unitMs + 1);
    });

    it('by the signal of the caller is a cancellation, and an abort for the handler', async () => {
      let signal: AbortSignal | undefined;
      const gateway = lab.member('gateway');
      const orders = lab.member('orders').handleRequest(PlaceOrder, (_command, context) => {
        signal = context.signal;
        return new Promise(() => {});
      });
      await lab.start(gateway, orders);
      const caller = new AbortController();
      const sent = gateway.mediator.trySend(new PlaceOrder('c1'), { signal: caller.signal });
      await lab.until(() => signal !== undefined);
      caller.abort();
      await expect(sent).resolves.toMatchObject({ ok: false, error: { code: 'CATGA_CANCELLED' } });
      await lab.until(() => signal?.aborted === true);
    });

    it('lets a late answer resolve neither this request nor another one', async () => {
      const gate = new Gate();
      let ended = 0;
      const gateway = lab.member('gateway');
      const orders = lab.member('orders').handleRequest(GetOrder, async (query) => {
        const { orderId } = query as GetOrder;
        if (orderId === 'late') await gate.opened;
        ended++;
        return orderId;
      });
      await lab.start(gateway, orders);
      const late = gateway.mediator.trySend(new GetOrder('late'), { timeoutMs: 2 * lab.unitMs });
      await expect(lab.whileTimePasses(late)).resolves.toMatchObject({ error: { code: 'CATGA_TIMEOUT' } });
      gate.open();
      const others = Promise.all(['a', 'b', 'c'].map((id) => gateway.mediator.send(new GetOrder(id))));
      await expect(lab.whileTimePasses(others)).resolves.toEqual(['a', 'b', 'c']);
      await lab.until(() => ended === 4);
      await expect(gateway.mediator.send(new GetOrder('d'))).resolves.toBe('d');
    });
  });
}
