import { PostgresServer } from '@catga/servers';
import type { OrderCreated, OrderHistoryEntry } from '@catga/contracts';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { Pool } from 'pg';
import { build, OrdersProcess } from './orders-process.fixture.js';
import { until } from './until.fixture.js';

const body = JSON.stringify({ customerId: 'c1', lines: [{ sku: 'tea', quantity: 2, price: 350 }] });
const headers = { 'content-type': 'application/json', 'idempotency-key': 'k' };

let server: PostgresServer;
let pool: Pool;
let orders: OrdersProcess;

beforeAll(async () => {
  build();
  server = await PostgresServer.spawn();
  pool = new Pool({ connectionString: server.url });
});
afterAll(async () => {
  await orders?.kill();
  await pool?.end();
  await server?.stop();
});

function start(relayDelayMs: number): Promise<string> {
  const RELAY_DELAY_MS = String(relayDelayMs);
  orders = OrdersProcess.run({ STORAGE: 'sql', DATABASE_URL: server.url, RELAY_DELAY_MS });
  return orders.url();
}

async function rows(table: string): Promise<number> {
  return Number((await pool.query(`SELECT count(*) AS n FROM ${table}`)).rows[0].n);
}

it('sends an event after a restart whose process was killed between the row and the event', async () => {
  let url = await start(600_000);
  const place = async () =>
    (await (await fetch(`${url}/orders`, { method: 'POST', headers, body })).json()) as OrderCreated;
  const history = async (orderId: string) =>
    (await (await fetch(`${url}/orders/${orderId}/history`)).json()) as OrderHistoryEntry[];

  const placed = await place();
  expect(await history(placed.orderId)).toEqual([]);
  await orders.kill();
  expect([await rows('orders'), await rows('catga_outbox')]).toEqual([1, 1]);

  url = await start(0);
  await until(
    () => history(placed.orderId),
    (events) => events.length > 0,
  );
  await until(
    () => rows('catga_outbox'),
    (waiting) => waiting === 0,
  );
  expect((await history(placed.orderId)).map(({ event }) => event)).toEqual(['placed']);
  expect(await place()).toEqual(placed);
  expect(await rows('orders')).toBe(1);
});
