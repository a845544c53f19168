import type { FailureReport } from '@catga/core';
import { describe, expect, it } from '@jest/globals';
import type { Lab } from '../lab.js';
import { CartViewed } from '../messages.js';

/** Plain events (QoS 0): at most once, isolated failures. */
export function plainEvents(lab: Lab): void {
  describe('a plain event', () => {
    it('reaches every handler once', async () => {
      const seen: string[] = [];
      const node = await lab.run(
        lab
          .node()
          .handleEvent(CartViewed, () => void seen.push('one'), { name: 'One' })
          .handleEvent(CartViewed, async () => void seen.push('two'), { name: 'Two' }),
      );
      await node.mediator.publish(new CartViewed('c1'));
      await lab.until(() => seen.length >= 2);
      await lab.pass(2);
      expect(seen.toSorted()).toEqual(['one', 'two']);
    });

    it('that handlers fail on hurts neither the publisher nor the other handlers, and is not retried', async () => {
      const seen: string[] = [];
      const reports: FailureReport[] = [];
      const node = lab
        .node()
        .handleEvent(
          CartViewed,
          () => {
            throw new Error('at once');
          },
          { name: 'Throws' },
        )
        .handleEvent(CartViewed, async () => Promise.reject(new Error('later')), { name: 'Rejects' })
        .handleEvent(CartViewed, () => void seen.push('sibling'), { name: 'Sibling' });
      node.failures.subscribe((report) => void reports.push(report));
      await lab.run(node);
      await expect(node.mediator.publish(new CartViewed('c1'))).resolves.toBeUndefined();
      await lab.until(() => reports.length >= 2 && seen.length >= 1);
      await lab.pass(4);
      expect(seen).toEqual(['sibling']);
      expect(
        reports.map(({ source, error, disposition }) => `${source}: ${error.message}, ${disposition}`),
      ).toEqual(['Throws: at once, dropped', 'Rejects: later, dropped']);
    });

    it('that nobody handles is published without error', async () => {
      const node = await lab.run(lab.node());
      await expect(node.mediator.publish(new CartViewed('c1'))).resolves.toBeUndefined();
    });

    it('in a batch or broadcast reaches its handlers too', async () => {
      const seen: string[] = [];
      const node = await lab.run(
        lab.node().handleEvent(CartViewed, (event) => void seen.push((event as CartViewed).customerId)),
      );
      await node.mediator.publishBatch([new CartViewed('c1'), new CartViewed('c2')]);
      await node.mediator.broadcast(new CartViewed('c3'));
      await lab.until(() => seen.length >= 3);
      expect(seen).toEqual(['c1', 'c2', 'c3']);
    });
  });
}
