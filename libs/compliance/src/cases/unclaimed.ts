import { describe, expect, it } from '@jest/globals';
import type { Lab } from '../lab.js';
import { GetOrder, OrderPlaced, ReserveStock } from '../messages.js';

/** An engine without message storage: reliable messages are refused, never silently lost. */
export function unclaimed(lab: Lab): void {
  const unsupported = { code: 'CATGA_UNSUPPORTED', retryable: false };

  describe('an engine that stores no messages', () => {
    it('starts an application with command handlers, and refuses to queue', async () => {
      const node = await lab.run(
        lab
          .node()
          .handleRequest(ReserveStock, () => {})
          .handleRequest(GetOrder, () => 'answered'),
      );
      await expect(node.mediator.enqueue(new ReserveStock('tea'))).rejects.toMatchObject(unsupported);
      await expect(node.mediator.send(new ReserveStock('tea'))).resolves.toBeUndefined();
    });

    it('does not start an application that handles a reliable event', async () => {
      const node = lab.node().handleEvent(OrderPlaced, () => {});
      await expect(node.init()).rejects.toMatchObject({ code: 'CATGA_CONFIGURATION' });
    });

    it('refuses to publish a reliable event', async () => {
      const node = await lab.run(lab.node());
      await expect(node.mediator.publish(new OrderPlaced('o1'))).rejects.toMatchObject(unsupported);
    });
  });
}
