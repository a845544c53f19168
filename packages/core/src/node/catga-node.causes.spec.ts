import { describe, expect, it } from '@jest/globals';
import type { MessageContext } from '../contracts/message-context.js';
import { Command } from '../contracts/request.js';
import { CatgaNode } from './catga-node.js';

class PlaceOrder extends Command {}

class Remind extends Command {}

describe('what a handler sends through its context', () => {
  it('shares the conversation when it is queued, and names its cause', async () => {
    let reminder: MessageContext | undefined;
    const node = new CatgaNode()
      .handleRequest(PlaceOrder, async (_command, context) => {
        expect(context.name).toBe('PlaceOrder');
        await context.enqueue(new Remind());
      })
      .handleRequest(Remind, (_command, context) => {
        reminder = context;
      });
    await node.init();
    await node.start();
    await node.mediator.send(new PlaceOrder(), { messageId: 'order-1' });
    await node.settled();
    expect(reminder).toMatchObject({ name: 'Remind', correlationId: 'order-1', causationId: 'order-1' });
    await node.stop();
  });
});
