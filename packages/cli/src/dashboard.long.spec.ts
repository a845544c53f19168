import { afterEach, expect, it } from '@jest/globals';
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { Shop } from './testing/shop.fixture.js';

let shop: Shop;
let program: ChildProcess;
afterEach(async () => {
  program.kill('SIGKILL');
  await shop.close();
});

it.each(['nats', 'redis'])('the dashboard of a cluster on %s is served until Ctrl+C', async (broker) => {
  shop = await Shop.open(broker);
  await shop.shop('shop-1');
  const main = fileURLToPath(new URL('../dist/main.js', import.meta.url));
  program = spawn(process.execPath, [main, 'dashboard', shop.url, '--read-only', '--output', 'jsonl'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [line] = (await once(createInterface(program.stdout!), 'line')) as [string];
  const { url } = JSON.parse(line) as { readonly url: string };
  expect(new URL(url).hostname).toBe('127.0.0.1');
  await expect((await fetch(url)).text()).resolves.toContain('<title>Catga</title>');
  const read = async (what: string) => (await fetch(`${url}/api/${what}`)).json();
  await expect(read('meta')).resolves.toMatchObject({ namespace: 'catga', engine: broker, readOnly: true });
  const { items } = (await read('nodes')) as { readonly items: readonly { readonly nodeId: string }[] };
  expect(items.map(({ nodeId }) => nodeId)).toEqual(['shop-1']);
  // A page that is open does not keep it.
  const live = await fetch(`${url}/api/events`);
  expect(live.status).toBe(200);
  const exited = once(program, 'exit');
  program.kill('SIGINT');
  await expect(exited).resolves.toEqual([0, null]);
});
