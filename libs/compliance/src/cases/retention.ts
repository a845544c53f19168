import { describe, expect, it } from '@jest/globals';
import type { Lab } from '../lab.js';
import { OrderPlaced, ReserveStock } from '../messages.js';

/** Enough keys that some are in another lane than the command, whatever the engine's number of lanes. */
const KEYS = Array.from({ length: 16 }, (_, i) => `o${i}`);

/** Interval of the checks for removed events, in units. */
const PROBE_EVERY = 20;

/** Retention of the log, on an engine with the shortest possible one. */
export function retention(lab: Lab): void {
  describe('retention', () => {
    it('never removes a queued command with a key that nobody has handled, whatever its age', async () => {
      const queueing = lab.node({ nodeId: 'first' }).handleRequest(ReserveStock, () => {
        throw new Error('must not run');
      });
      await queueing.init(); // never started: it stores, but runs nothing
      for (const sku of ['tea', 'milk'])
        await queueing.mediator.enqueue(new ReserveStock(sku), { key: 'customer' });
      await lab.whileTimePasses(queueing.stop());
      const node = lab.node({ nodeId: 'shop' }).handleEvent(OrderPlaced, () => {}, { name: 'Mail' });
      await lab.run(node);
      for (const key of KEYS) await node.mediator.publish(new OrderPlaced(key));
      const { log, subscriptions } = await lab.connect();
      /** Number of later events that a new subscription would get. */
      const kept = async (): Promise<number> => {
        await lab.pass(PROBE_EVERY); // A subscription from the beginning retains the events it has not handled.
        const probe = { id: 'probe.Kept', kind: 'event', names: ['orders.placed.v1'] } as const;
        const consumer = await log.subscribe(
          { ...probe, startFrom: 'beginning', concurrency: 1 },
          (delivery) => void delivery.release(),
        );
        await consumer.stop();
        const listed = (await subscriptions?.list()) ?? [];
        await subscriptions?.drop(probe.id);
        return listed.find(({ id }) => id === probe.id)?.waiting ?? KEYS.length;
      };
      await lab.until(async () => (await kept()) < KEYS.length);
      const ran: string[] = [];
      await lab.run(
        lab
          .node({ nodeId: 'stock' })
          .handleRequest(ReserveStock, (command) => void ran.push((command as ReserveStock).sku)),
      );
      await lab.until(() => ran.length === 2);
      expect(ran).toEqual(['tea', 'milk']);
    });
  });
}
