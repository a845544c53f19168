import { expect, it } from '@jest/globals';
import { ReliableEvent } from '../contracts/message.js';
import { CartViewed, CountOrders, PlaceOrder } from './cluster.fixture.js';
import { startNode } from './running-node.fixture.js';

@ReliableEvent()
class Bought {}

it('a header whose value is undefined is left out, however the message is handed over', async () => {
  const seen: unknown[] = [];
  const note = (_message: object, { headers }: { readonly headers: object }): void => void seen.push(headers);
  const { node } = await startNode((it) =>
    it
      .handleRequest(PlaceOrder, note)
      .handleRequest(CountOrders, note)
      .handleEvent([CartViewed, Bought], note),
  );
  const { mediator } = node;
  const options = { headers: { tenant: 'blue', trace: undefined } };
  await mediator.send(new CountOrders(), options);
  await mediator.sendBatch([new CountOrders()], options);
  await mediator.sendToNode(node.options.nodeId, new CountOrders(), options);
  await mediator.publish(new CartViewed('tea'), options);
  await mediator.publishBatch([new Bought()], options);
  await mediator.broadcast(new CartViewed('tea'), options);
  await mediator.enqueue(new PlaceOrder('tea'), options);
  await node.settled();
  expect(seen).toEqual(Array.from({ length: 7 }, () => ({ tenant: 'blue' })));
});

it('what a request is read after is a header', async () => {
  const seen: unknown[] = [];
  const { node } = await startNode((it) =>
    it.handleRequest(CountOrders, (_message, { headers }) => void seen.push(headers)),
  );
  await node.mediator.send(new CountOrders(), { after: 'cart/1@3' });
  await node.mediator.sendBatch([new CountOrders()], { after: 'cart/1@3', headers: { tenant: 'blue' } });
  await node.mediator.send(new CountOrders(), { after: undefined });
  await expect(node.mediator.send(new CountOrders(), { after: 3 as never })).rejects.toThrow(/not text/);
  expect(seen).toEqual([{ 'catga-after': 'cart/1@3' }, { 'catga-after': 'cart/1@3', tenant: 'blue' }, {}]);
});
