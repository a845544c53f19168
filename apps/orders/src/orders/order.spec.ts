import { expect, it } from '@jest/globals';
import { placeOrder } from './order.js';

it('adds up whole cents', () => {
  const lines = [
    { sku: 'tea', quantity: 3, price: 10 },
    { sku: 'cup', quantity: 1, price: 20 },
  ];
  expect(placeOrder('o1', 'c1', lines)).toEqual({
    orderId: 'o1',
    customerId: 'c1',
    status: 'placed',
    lines,
    total: 50,
  });
});
