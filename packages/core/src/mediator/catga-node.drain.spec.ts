import { describe, expect, it } from '@jest/globals';
import { Command } from '../contracts/request.js';
import { ReliableEvent } from '../contracts/message.js';
import type { MessageContext } from '../contracts/message-context.js';
import { CatgaNode } from './catga-node.js';

class PlaceOrder extends Command {}

@ReliableEvent()
class OrderPlaced {
  constructor(readonly step = 1) {}
}

function gate(): { readonly opened: Promise<void>; open(): void } {
  let open = (): void => {};
  const opened = new Promise<void>((resolve) => (open = resolve));
  return { opened, open: () => open() };
}

describe('a stopping node on the memory engine', () => {
  it('handles the reliable events that its last handlers publish, since nobody will later', async () => {
    const { opened, open } = gate();
    const handled: number[] = [];
    const node = new CatgaNode()
      .handleRequest(PlaceOrder, async (_command, context) => {
        await opened;
        await context.publish(new OrderPlaced());
      })
      .handleEvent(OrderPlaced, async (event: object, context: MessageContext) => {
        const { step } = event as OrderPlaced;
        handled.push(step);
        if (step < 3) await context.publish(new OrderPlaced(step + 1));
      });
    await node.init();
    await node.start();
    const placed = node.mediator.send(new PlaceOrder());
    const stopped = node.stop();
    open();
    await Promise.all([placed, stopped]);
    expect(handled).toEqual([1, 2, 3]);
  });

  it('is not idle before the outcome of a recorded command is written', async () => {
    const order: string[] = [];
    const node = new CatgaNode().handleRequest(PlaceOrder, () => void order.push('handled'));
    await node.init();
    await node.start();
    const sent = node.mediator
      .send(new PlaceOrder(), { messageId: 'one' })
      .then(() => order.push('answered'));
    await node.stop();
    order.push('stopped');
    await sent;
    expect(order).toEqual(['handled', 'answered', 'stopped']);
  });
});
