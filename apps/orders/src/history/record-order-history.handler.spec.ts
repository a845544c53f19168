import 'reflect-metadata';
import { expect, it } from '@jest/globals';
import type { MessageContext } from '@catga/nestjs';
import { OrderPlaced, OrderShipped, ShippingMailSent } from '@catga/contracts';
import { InMemoryOrderHistory } from './in-memory-order-history.js';
import { RecordOrderHistory } from './record-order-history.handler.js';

const at = (second: number): string => `2026-01-01T00:00:0${second}.000Z`;
const delivery = (effectKey: string) => ({ effectKey }) as MessageContext;

it('records each event of each order once, however often it is delivered', async () => {
  const history = new InMemoryOrderHistory();
  const handler = new RecordOrderHistory(history);
  await handler.handle(new OrderPlaced('o1', 'c1', 350, at(1)), delivery('m1'));
  await handler.handle(new OrderPlaced('o2', 'c1', 350, at(2)), delivery('m2'));
  await handler.handle(new OrderShipped('o1', 'c1', at(3)), delivery('m3'));
  await handler.handle(new OrderShipped('o1', 'c1', at(3)), delivery('m3'));
  await handler.handle(new ShippingMailSent('o1', at(4)), delivery('m4'));
  expect(await history.of('o1')).toEqual([
    { event: 'placed', at: at(1) },
    { event: 'shipped', at: at(3) },
    { event: 'shipping-mail-sent', at: at(4) },
  ]);
  expect(await history.of('o2')).toEqual([{ event: 'placed', at: at(2) }]);
  expect(await history.of('o3')).toEqual([]);
});
