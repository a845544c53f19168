import 'reflect-metadata';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import type { OrderCreated, OrderHistoryEntry, OrderView } from '@catga/contracts';
import { OrderRepository } from '../src/orders/order.repository.js';
import { OrdersApp } from './orders-app.fixture.js';
import { until } from './until.fixture.js';

const tea = { sku: 'tea', quantity: 2, price: 350 };
const order = { customerId: 'c1', lines: [tea] };

let app: OrdersApp;
beforeAll(async () => (app = await OrdersApp.start()));
afterAll(() => app.stop());

async function placed(): Promise<string> {
  return (await app.post<OrderCreated>('/orders', order)).body.orderId;
}

/** Events are handled after the reply, so what they lead to is waited for. */
async function historyWith(orderId: string, length: number): Promise<readonly OrderHistoryEntry[]> {
  const look = () => app.get<OrderHistoryEntry[]>(`/orders/${orderId}/history`);
  const { status, body } = await until(look, ({ body }) => body.length >= length);
  expect(status).toBe(200);
  return body;
}

describe('POST /orders', () => {
  it('places an order: 201 with its id, its status and the total in cents', async () => {
    const lines = [tea, { sku: 'cup', quantity: 3, price: 1 }];
    expect(await app.post('/orders', { customerId: 'c1', lines })).toEqual({
      status: 201,
      body: { orderId: expect.stringMatching(/^[0-9a-z]{13}$/), status: 'placed', total: 703 },
    });
  });

  const withLine = (line: object) => ({ customerId: 'c1', lines: [{ ...tea, ...line }] });

  it.each([
    ['a quantity of 0', withLine({ quantity: 0 }), 'lines.0.quantity'],
    ['a negative quantity', withLine({ quantity: -1 }), 'lines.0.quantity'],
    ['a fraction of a piece', withLine({ quantity: 1.5 }), 'lines.0.quantity'],
    ['a quantity that is text', withLine({ quantity: '2' }), 'lines.0.quantity'],
    ['too many pieces', withLine({ quantity: 1001 }), 'lines.0.quantity'],
    ['a price of 0', withLine({ price: 0 }), 'lines.0.price'],
    ['a fraction of a cent', withLine({ price: 3.5 }), 'lines.0.price'],
    ['too high a price', withLine({ price: 100_000_001 }), 'lines.0.price'],
    ['an empty sku', withLine({ sku: ' ' }), 'lines.0.sku'],
    ['a second line that is none', { ...order, lines: [tea, 7] }, 'lines.1'],
    ['no lines', { ...order, lines: [] }, 'lines'],
    ['too many lines', { ...order, lines: Array.from({ length: 101 }, () => tea) }, 'lines'],
    ['no customer', { lines: [tea] }, 'customerId'],
    ['an array', [order], 'customerId'],
    ['nothing', undefined, 'customerId'],
  ])('answers 400 to %s, naming the field', async (_case, body, path) => {
    const answer = await app.post<{ readonly code: string; readonly issues: object[] }>('/orders', body);
    expect(answer.status).toBe(400);
    expect(answer.body.code).toBe('CATGA_VALIDATION_FAILED');
    expect(answer.body.issues).toContainEqual({ path, message: expect.any(String) });
  });

  it.each(['{"customerId":', 'null', '"text"'])('answers 400 to malformed JSON: %s', async (text) => {
    expect((await app.post('/orders', text)).status).toBe(400);
  });

  it('answers 413 to a body that is too large', async () => {
    expect((await app.post('/orders', { customerId: 'c'.repeat(200_000) })).status).toBe(413);
  });

  it('keeps the largest total exact', async () => {
    const lines = Array.from({ length: 100 }, () => ({ sku: 'tea', quantity: 1_000, price: 99_999_999 }));
    expect((await app.post<OrderCreated>('/orders', { customerId: 'c1', lines })).body.total).toBe(
      9_999_999_900_000,
    );
  });
});

describe('Idempotency-Key', () => {
  const withKey = (key: string, body: object = order) =>
    app.post<OrderCreated>('/orders', body, { 'Idempotency-Key': key });

  it('gives the same reply to a repeat with the same body, for one order', async () => {
    const add = jest.spyOn(app.nest.get(OrderRepository), 'add');
    const first = await withKey('repeated');
    expect(first.status).toBe(201);
    expect(await withKey('repeated', { lines: [tea], customerId: 'c1' })).toEqual(first);
    expect(add).toHaveBeenCalledTimes(1);
    add.mockRestore();
  });

  it('gives repeats at the same time the same reply, for one order', async () => {
    const add = jest.spyOn(app.nest.get(OrderRepository), 'add');
    const replies = await Promise.all(Array.from({ length: 10 }, () => withKey('at once')));
    expect(new Set(replies.map(({ body }) => body.orderId)).size).toBe(1);
    expect(add).toHaveBeenCalledTimes(1);
    add.mockRestore();
  });

  it('answers 409 to a repeat with another body', async () => {
    await withKey('reused');
    const answer = await withKey('reused', { ...order, customerId: 'c2' });
    expect(answer).toMatchObject({ status: 409, body: { code: 'CATGA_IDEMPOTENCY_MISMATCH' } });
  });

  it('is not spent on an invalid body', async () => {
    expect((await withKey('corrected', { customerId: 'c1', lines: [] })).status).toBe(400);
    expect((await withKey('corrected')).status).toBe(201);
  });

  it.each(['', 'k'.repeat(256)])('answers 400 if it is empty or too long', async (key) => {
    expect((await withKey(key)).status).toBe(400);
  });

  it('makes two orders of two requests without it', async () => {
    expect(await placed()).not.toBe(await placed());
  });
});

describe('GET /orders/:id', () => {
  it('shows an order', async () => {
    const orderId = await placed();
    expect(await app.get(`/orders/${orderId}`)).toEqual({
      status: 200,
      body: { orderId, customerId: 'c1', status: 'placed', lines: [tea], total: 700 } satisfies OrderView,
    });
  });

  it('answers 404 if there is none', async () => {
    const { status, body } = await app.get<{ readonly message: string }>('/orders/unknown');
    expect(status).toBe(404);
    expect(body.message).toBe("There is no order 'unknown'.");
  });
});

describe('POST /orders/:id/ship', () => {
  it('ships an order: 202, and events tell what follows', async () => {
    const orderId = await placed();
    expect(await app.post(`/orders/${orderId}/ship`)).toEqual({
      status: 202,
      body: { orderId, status: 'shipped' },
    });
    expect((await app.get<OrderView>(`/orders/${orderId}`)).body.status).toBe('shipped');
    expect((await historyWith(orderId, 3)).map(({ event }) => event)).toContain('shipped');
  });

  it('answers 404 if there is none', async () => {
    expect((await app.post('/orders/unknown/ship')).status).toBe(404);
  });

  it('answers 409 if it was already shipped', async () => {
    const orderId = await placed();
    await app.post(`/orders/${orderId}/ship`);
    expect((await app.post(`/orders/${orderId}/ship`)).status).toBe(409);
  });

  it('ships once however many ask at the same time', async () => {
    const orderId = await placed();
    const replies = await Promise.all(Array.from({ length: 5 }, () => app.post(`/orders/${orderId}/ship`)));
    const statuses = replies.map(({ status }) => status);
    expect(statuses.sort((one, other) => one - other)).toEqual([202, 409, 409, 409, 409]);
  });
});

describe('GET /orders/:id/history', () => {
  it('shows what the event handlers recorded, in order', async () => {
    const orderId = await placed();
    await app.post(`/orders/${orderId}/ship`);
    const history = await historyWith(orderId, 3);
    expect(history.map(({ event }) => event)).toEqual(['placed', 'shipped', 'shipping-mail-sent']);
    expect(history.map(({ at }) => new Date(at).toISOString())).toEqual(history.map(({ at }) => at));
  });

  it('answers 404 if there is no such order', async () => {
    expect((await app.get('/orders/unknown/history')).status).toBe(404);
  });
});

describe('the service itself', () => {
  it('shows the nodes', async () => {
    const { status, body } = await app.get('/nodes');
    const handles = ['orders.create.v1', 'orders.ship.v1', 'orders.get.v1', 'orders.history.v1'];
    expect(status).toBe(200);
    expect(body).toEqual([
      expect.objectContaining({
        nodeId: expect.stringMatching(/^orders-/),
        service: 'orders',
        status: 'alive',
        handles: expect.arrayContaining(handles),
      }),
    ]);
  });

  it('says that it is healthy', async () => {
    expect(await app.get('/health')).toMatchObject({
      status: 200,
      body: { status: 'ok', info: { catga: { status: 'up', engine: 'memory', nodes: 1 } } },
    });
  });

  it('answers 404 to an unknown route', async () => {
    expect((await app.get('/nothing')).status).toBe(404);
  });
});
