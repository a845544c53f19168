import { afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import type { AddressInfo, Server } from 'node:net';
import { build, OrdersProcess } from './orders-process.fixture.js';
import { until } from './until.fixture.js';

const body = JSON.stringify({ customerId: 'c1', lines: [{ sku: 'tea', quantity: 2, price: 350 }] });
const headers = { 'content-type': 'application/json' };

let orders: OrdersProcess;
const start = (environment?: NodeJS.ProcessEnv): OrdersProcess => (orders = OrdersProcess.run(environment));

beforeAll(build);
afterEach(() => orders.kill());

describe('starting', () => {
  it('says where it listens, and answers there', async () => {
    const url = await start().url();
    expect((await fetch(`${url}/health`)).status).toBe(200);
  });

  it('says so and exits with 1 if the port is in use', async () => {
    const other: Server = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const { port } = other.address() as AddressInfo;
    expect(await start({ PORT: String(port) }).exited).toEqual({ code: 1, signal: null });
    expect(orders.log).toContain(`Port ${port} is in use. Choose another one: PORT=3001 npm start`);
    other.close();
  });

  it('says what is wrong with its settings and exits with 1', async () => {
    start({ PORT: 'http', RETRY_DELAY_MS: 'soon' });
    expect(await orders.exited).toEqual({ code: 1, signal: null });
    expect(orders.log).toContain("PORT must be a whole number from 0 to 65535, not 'http'");
    expect(orders.log).toContain('RETRY_DELAY_MS must be');
  });
});

describe('stopping', () => {
  /** Resolves when the node has taken work, which shows in what it says of its load. */
  const isAtWork = (url: string) =>
    until(
      async () => (await fetch(`${url}/health`)).text(),
      (text) => text.includes('"inFlight":1'),
    );

  it.each(['SIGTERM', 'SIGINT'])('by %s exits with 0, idle connections or not', async (signal) => {
    const url = await start().url();
    const socket = connect(Number(new URL(url).port), '127.0.0.1');
    await once(socket, 'connect');
    await (await fetch(`${url}/nodes`)).text();
    if (signal === 'SIGINT') orders.interrupt();
    else orders.terminate();
    expect(await orders.exited).toEqual({ code: 0, signal: null });
    socket.destroy();
  });

  it('finishes the request that is being handled, then exits with 0', async () => {
    const url = await start({ COMMAND_DELAY_MS: '2000' }).url();
    const reply = fetch(`${url}/orders`, { method: 'POST', headers, body });
    await isAtWork(url);
    orders.terminate();
    expect((await reply).status).toBe(201);
    expect(await orders.exited).toEqual({ code: 0, signal: null });
  });

  it('answers a request that has arrived in part, and takes no other connection', async () => {
    const url = await start().url();
    const port = Number(new URL(url).port);
    const socket = connect(port, '127.0.0.1').setEncoding('utf8');
    await once(socket, 'connect');
    const head = `POST /orders HTTP/1.1\r\nhost: orders\r\ncontent-type: application/json\r\nexpect: 100-continue`;
    socket.write(`${head}\r\ncontent-length: ${body.length}\r\n\r\n`);
    expect(await once(socket, 'data')).toEqual([expect.stringContaining('100 Continue')]);
    orders.terminate();
    const isRefused = () =>
      fetch(`${url}/nodes`)
        .then(({ ok }) => ok)
        .catch(() => 'refused');
    await until(isRefused, (answer) => answer === 'refused');
    socket.write(body);
    expect(await once(socket, 'data')).toEqual([expect.stringContaining('201 Created')]);
    expect(await orders.exited).toEqual({ code: 0, signal: null });
  });
});
