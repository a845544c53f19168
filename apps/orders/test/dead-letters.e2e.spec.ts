import 'reflect-metadata';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { OrderCreated, OrderHistoryEntry } from '@catga/contracts';
import type { DeadLetterView } from '../src/operations/dead-letter.view.js';
import { OrdersApp } from './orders-app.fixture.js';
import { until } from './until.fixture.js';

interface Page {
  readonly items: DeadLetterView[];
  readonly next?: string;
}

const order = { customerId: 'c1', lines: [{ sku: 'tea', quantity: 2, price: 350 }] };

let app: OrdersApp;
const start = async (shippingMailFailures = 0): Promise<OrdersApp> =>
  (app = await OrdersApp.start({ shippingMailFailures }));
afterEach(() => app.stop());

async function shipped(): Promise<string> {
  const { orderId } = (await app.post<OrderCreated>('/orders', order)).body;
  expect((await app.post(`/orders/${orderId}/ship`)).status).toBe(202);
  return orderId;
}

async function deadLetters(count: number): Promise<DeadLetterView[]> {
  const { body } = await until(
    () => app.get<Page>('/dead-letters'),
    ({ body: { items } }) => items.length === count,
  );
  return body.items;
}

async function eventsOf(orderId: string, count: number): Promise<string[]> {
  const look = () => app.get<OrderHistoryEntry[]>(`/orders/${orderId}/history`);
  const { body } = await until(look, ({ body }) => body.length === count);
  return body.map(({ event }) => event);
}

describe('a shipping mail that fails', () => {
  it('is tried again until it succeeds', async () => {
    await start(3);
    const orderId = await shipped();
    expect(await eventsOf(orderId, 3)).toEqual(['placed', 'shipped', 'shipping-mail-sent']);
    expect(await deadLetters(0)).toEqual([]);
  });

  it('becomes a dead letter after four attempts, which neither the order nor its history waits for', async () => {
    await start(Infinity);
    const orderId = await shipped();
    const [letter] = await deadLetters(1);
    expect(letter).toMatchObject({
      id: `orders.shipped.v1~shipped-${orderId}~orders.shipping-mail~1`,
      messageId: `shipped-${orderId}`,
      name: 'orders.shipped.v1',
      kind: 'event',
      subscription: 'orders.shipping-mail',
      message: { orderId, customerId: 'c1', shippedAt: expect.any(String) },
      key: orderId,
      error: { name: 'Error', message: 'The mail server is down (simulated).' },
      attempts: 4,
      history: [],
    });
    expect(letter).not.toHaveProperty('body');
    expect(await eventsOf(orderId, 2)).toEqual(['placed', 'shipped']);
  });

  it('carries on the correlation of the command that caused the event', async () => {
    await start(Infinity);
    await shipped();
    const [{ messageId, correlationId, causationId } = {} as DeadLetterView] = await deadLetters(1);
    expect(causationId).toMatch(/^[0-9a-z]{13}$/);
    expect(correlationId).toBe(causationId);
    expect(causationId).not.toBe(messageId);
  });
});

describe('the switch of the mail server', () => {
  beforeEach(() => start());

  it('breaks and mends it while the service runs', async () => {
    expect(await app.post('/demo/shipping-mail', { fail: true })).toEqual({
      status: 200,
      body: { fail: true },
    });
    await shipped();
    await deadLetters(1);
    expect((await app.post('/demo/shipping-mail', { fail: false })).body).toEqual({ fail: false });
    const orderId = await shipped();
    expect(await eventsOf(orderId, 3)).toContain('shipping-mail-sent');
  });

  it.each([{}, { fail: 'yes' }, [], undefined])('answers 400 to anything else: %j', async (body) => {
    const answer = await app.post<{ readonly message: string }>('/demo/shipping-mail', body);
    expect(answer.status).toBe(400);
    expect(answer.body.message).toContain('fail');
  });
});

describe('POST /dead-letters/:id/redrive', () => {
  it.each([
    ['as it is', (id: string) => id],
    ['encoded', encodeURIComponent],
    ['encoded to the last character', (id: string) => id.replaceAll('~', '%7E').replaceAll('.', '%2E')],
  ])('gives the event back to its handler, with the id %s', async (_how, written) => {
    await start(4);
    const orderId = await shipped();
    const [letter] = await deadLetters(1);
    const answer = await app.post(`/dead-letters/${written(letter!.id)}/redrive`);
    expect(answer).toEqual({ status: 202, body: { redriven: 1 } });
    expect(await eventsOf(orderId, 3)).toEqual(['placed', 'shipped', 'shipping-mail-sent']);
    expect(await deadLetters(0)).toEqual([]);
  });

  it('keeps earlier failures as history if it fails again', async () => {
    await start(Infinity);
    await shipped();
    const [letter] = await deadLetters(1);
    await app.post(`/dead-letters/${letter!.id}/redrive`);
    const [again] = await deadLetters(1);
    expect(again).toMatchObject({ messageId: letter!.messageId, attempts: 4, history: [{ attempts: 4 }] });
  });

  it('answers 404 if there is none', async () => {
    await start();
    expect(await app.post('/dead-letters/un~known.letter/redrive')).toMatchObject({
      status: 404,
      body: { code: 'CATGA_DEAD_LETTER_NOT_FOUND' },
    });
  });
});

describe('GET /dead-letters', () => {
  it('gives pages, oldest first', async () => {
    await start(Infinity);
    await Promise.all([shipped(), shipped(), shipped()]);
    const all = (await deadLetters(3)).map(({ id }) => id);
    const first = (await app.get<Page>('/dead-letters?limit=2')).body;
    const after = encodeURIComponent(first.next ?? '');
    const second = (await app.get<Page>(`/dead-letters?limit=2&after=${after}`)).body;
    expect([...first.items, ...second.items].map(({ id }) => id)).toEqual(all);
    expect(second).not.toHaveProperty('next');
  });

  it.each([
    ['limit=0', 'limit'],
    ['limit=all', 'limit'],
    ['limit=', 'limit'],
    ['limit=1&limit=2', 'limit'],
    ['after=somewhere', 'after'],
  ])('answers 400 to ?%s, naming the parameter', async (query, path) => {
    await start();
    const { status, body } = await app.get<{ readonly issues: object[] }>(`/dead-letters?${query}`);
    expect(status).toBe(400);
    expect(body.issues).toEqual([{ path, message: expect.any(String) }]);
  });
});
