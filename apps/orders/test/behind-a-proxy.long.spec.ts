import { afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { Proxy } from './behind-a-proxy.fixture.js';
import { build, OrdersProcess } from './orders-process.fixture.js';
import { until } from './until.fixture.js';

const body = JSON.stringify({ customerId: 'c1', lines: [{ sku: 'tea', quantity: 2, price: 350 }] });
const headers = { 'content-type': 'application/json' };
/** How many orders are placed side by side, each as soon as the one before is answered. */
const CUSTOMERS = 8;

let processes: OrdersProcess[];
let proxy: Proxy;

beforeAll(build);
afterEach(async () => {
  proxy.close();
  for (const process of processes) await process.kill();
});

describe('two processes behind a proxy that takes two seconds to notice', () => {
  it('answer every request while one of them is stopped', async () => {
    processes = [1, 2].map(() => OrdersProcess.run({ SHUTDOWN_DELAY_MS: '4000', COMMAND_DELAY_MS: '20' }));
    const [first = '', second = ''] = await Promise.all(processes.map((process) => process.url()));
    proxy = await Proxy.before(first, second);
    const statuses = new Map<number, number>();
    const day = new AbortController();
    const customer = async (): Promise<void> => {
      while (!day.signal.aborted) {
        const { status } = await fetch(`${proxy.url}/orders`, { method: 'POST', headers, body });
        statuses.set(status, (statuses.get(status) ?? 0) + 1);
      }
    };
    const customers = Array.from({ length: CUSTOMERS }, customer);
    await until(
      () => statuses.get(201) ?? 0,
      (answered) => answered > 100,
    );
    processes[0]?.terminate();
    expect(proxy.serving).toHaveLength(2);
    await expect(processes[0]?.exited).resolves.toEqual({ code: 0, signal: null });
    expect(proxy.serving).toEqual([second]);
    day.abort();
    await Promise.all(customers);
    expect([...statuses.keys()]).toEqual([201]);
  });
});
