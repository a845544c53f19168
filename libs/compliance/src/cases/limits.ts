import { describe, expect, it } from '@jest/globals';
import { itWhere } from '../it-where.js';
import type { Lab } from '../lab.js';
import { CartViewed, GetOrder, OrderPlaced, PlaceOrder, ReserveStock } from '../messages.js';

/** Size limits: oversized messages are refused at the sender, before anything is stored. */
export function limits(lab: Lab): void {
  const itStored = itWhere(lab.storesMessages);
  const tooLarge = { code: 'CATGA_PAYLOAD_TOO_LARGE', retryable: false };
  const large = 'x'.repeat(300);

  describe('limits', () => {
    itStored('hold for the body of a reliable event and of a queued command', async () => {
      const handled: object[] = [];
      const node = await lab.run(
        lab
          .node({ limits: { maxPayloadBytes: 200 } })
          .handleEvent(OrderPlaced, (event) => void handled.push(event))
          .handleRequest(ReserveStock, (command) => void handled.push(command)),
      );
      await expect(node.mediator.publish(new OrderPlaced(large))).rejects.toMatchObject(tooLarge);
      await expect(node.mediator.enqueue(new ReserveStock(large))).rejects.toMatchObject(tooLarge);
      await node.mediator.publish(new OrderPlaced('o1'));
      await node.mediator.enqueue(new ReserveStock('tea'));
      await lab.until(() => handled.length >= 2);
      await lab.pass(2);
      expect(handled).toHaveLength(2);
    });

    itStored('are exact', async () => {
      const bytes = JSON.stringify(new ReserveStock('tea')).length;
      const node = await lab.run(
        lab.node({ limits: { maxPayloadBytes: bytes } }).handleRequest(ReserveStock, () => {}),
      );
      await expect(node.mediator.enqueue(new ReserveStock('tea'))).resolves.toMatchObject({
        duplicate: false,
      });
      await expect(node.mediator.enqueue(new ReserveStock('teas'))).rejects.toMatchObject({
        ...tooLarge,
        details: { bytes: bytes + 1, maxPayloadBytes: bytes },
      });
    });

    it('hold for a result that is recorded, of a command that is not run again', async () => {
      let runs = 0;
      const node = await lab.run(
        lab.node({ limits: { maxPayloadBytes: 300 } }).handleRequest(PlaceOrder, () => {
          runs++;
          return { orderId: large };
        }),
      );
      for (let sent = 0; sent < 2; sent++) {
        await expect(node.mediator.send(new PlaceOrder('c1'), { messageId: 'k1' })).rejects.toMatchObject(
          tooLarge,
        );
      }
      expect(runs).toBe(1);
    });

    it('hold for headers, however a message is sent', async () => {
      const node = await lab.run(
        lab
          .node({ limits: { maxHeaderBytes: 100 } })
          .handleRequest(GetOrder, () => 'fits')
          .handleEvent(CartViewed, () => {}),
      );
      const { mediator } = node;
      const options = { headers: { note: 'ü'.repeat(49) } };
      await expect(mediator.send(new GetOrder('o1'), options)).rejects.toMatchObject(tooLarge);
      await expect(mediator.publish(new CartViewed('c1'), options)).rejects.toMatchObject(tooLarge);
      await expect(mediator.send(new GetOrder('o1'), { headers: { note: 'ü'.repeat(48) } })).resolves.toBe(
        'fits',
      );
    });

    itStored('hold for headers of what is stored', async () => {
      const { mediator } = await lab.run(
        lab
          .node({ limits: { maxHeaderBytes: 100 } })
          .handleRequest(ReserveStock, () => {})
          .handleEvent(OrderPlaced, () => {}),
      );
      const options = { headers: { note: 'ü'.repeat(49) } };
      await expect(mediator.enqueue(new ReserveStock('tea'), options)).rejects.toMatchObject(tooLarge);
      await expect(mediator.publish(new OrderPlaced('o1'), options)).rejects.toMatchObject(tooLarge);
    });

    itStored('refuse headers that are not text', async () => {
      const node = await lab.run(lab.node().handleEvent(OrderPlaced, () => {}));
      const headers = { retries: 3 } as unknown as Record<string, string>;
      await expect(node.mediator.publish(new OrderPlaced('o1'), { headers })).rejects.toMatchObject({
        code: 'CATGA_SERIALIZATION',
      });
    });

    itStored('refuse what cannot be encoded', async () => {
      const node = await lab.run(lab.node().handleEvent(OrderPlaced, () => {}));
      const event = new OrderPlaced('o1', 10n as unknown as number);
      await expect(node.mediator.publish(event)).rejects.toMatchObject({ code: 'CATGA_SERIALIZATION' });
    });
  });
}
