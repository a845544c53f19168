// Makes the pictures of the dashboard in docs/guide/images: a cluster in this process, and Chromium. After `npm run build`.
import 'reflect-metadata';
import { CatgaNode, Command, MemoryNetwork, Message, ReliableEvent } from '@catga/core';
import { CatgaModule } from '@catga/nestjs';
import { CatgaDashboardModule } from '@catga/dashboard';
import { findChromium } from '@catga/servers';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { mkdirSync, statSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';

const images = new URL('../../../docs/guide/images/', import.meta.url);
/** More would make the repository heavy, in bytes. */
const LARGEST = 150_000;

const command = (name) => {
  const target = class extends Command {};
  Message({ name })(target);
  return target;
};
const event = (name) => {
  const target = class {};
  Message({ name })(target);
  ReliableEvent()(target);
  return target;
};
const PlaceOrder = command('orders.place.v1');
const TakePayment = command('billing.charge.v1');
const OrderPlaced = event('orders.placed.v1');
const OrderShipped = event('orders.shipped.v1');

const network = new MemoryNetwork();
const nodes = [];
const timers = [];
async function start(service, replicas, withHandlers = (node) => node) {
  for (let replica = 1; replica <= replicas; replica++) {
    const node = withHandlers(
      new CatgaNode({
        engine: network,
        service,
        nodeId: `${service}-${replica}`,
        endpoint: `http://${service}-${replica}:3000`,
        retry: { maxAttempts: 2, initialDelayMs: 10 },
      }),
    );
    await node.init();
    await node.start();
    timers.push(setInterval(() => void node.beat().catch(() => {}), 1000));
    nodes.push(node);
  }
}
const pause = () => sleep(2 + Math.random() * 20);
let orders = 0;
await start('billing', 2, (node) => node.handleRequest(TakePayment, pause));
await start('mail', 1, (node) =>
  node.handleEvent([OrderPlaced, OrderShipped], pause, { name: 'SendMail', maxAttempts: 2 }),
);
await start('shipping', 3, (node) =>
  node.handleEvent(
    OrderPlaced,
    async ({ order }) => {
      await pause();
      if (order % 10 === 0) throw new RangeError(`no box is large enough for order ${order}`);
      if (order % 14 === 0)
        throw Object.assign(new Error('the carrier does not answer'), { code: 'ETIMEDOUT' });
      await node.mediator.publish(Object.assign(new OrderShipped(), { order }));
    },
    { name: 'Pack', maxAttempts: 2 },
  ),
);
await start('orders', 2, (node) =>
  node.handleRequest(PlaceOrder, async () => {
    await node.mediator.send(new TakePayment());
    await node.mediator.publish(
      Object.assign(new OrderPlaced(), { order: ++orders, card: '4111 1111 1111 1111' }),
    );
  }),
);
await start('web', 2);
const web = nodes.at(-1);
timers.push(setInterval(() => void web.mediator.trySend(new PlaceOrder()), 100));

class AppModule {}
Module({
  imports: [
    CatgaModule.forRoot({ engine: network, service: 'admin', nodeId: 'admin-1' }),
    CatgaDashboardModule.forRoot({
      redact: (payload, { what }) => (what === 'content' ? { ...payload, card: '***' } : payload),
    }),
  ],
})(AppModule);
const app = await NestFactory.create(AppModule, { logger: ['error'] });
await app.listen(0, '127.0.0.1');
const url = `http://127.0.0.1:${app.getHttpServer().address().port}/catga`;

mkdirSync(images, { recursive: true });
const browser = await chromium.launch({ executablePath: findChromium(), args: ['--no-sandbox'] });
async function shoot(name, place, { colorScheme = 'light', height = 560, prepare = async () => {} } = {}) {
  const context = await browser.newContext({
    viewport: { width: 1280, height },
    locale: 'en-US',
    timezoneId: 'UTC',
    colorScheme,
  });
  const page = await context.newPage();
  await page.goto(`${url}#/${place}`);
  await prepare(page);
  const path = fileURLToPath(new URL(`${name}.png`, images));
  await page.screenshot({ path });
  const { size } = statSync(path);
  process.stdout.write(`${name}.png: ${size} bytes\n`);
  if (size > LARGEST) throw new Error(`${name}.png is larger than ${LARGEST} bytes`);
  await context.close();
}

// Somebody has to look, for a while, for there to be figures.
const watcher = await browser.newPage();
await watcher.goto(`${url}#/traffic`);
await sleep(45_000);
await shoot('dashboard-nodes', 'nodes', {
  prepare: (page) => page.getByRole('link', { name: 'web-2' }).waitFor(),
});
await shoot('dashboard-topology', 'topology', {
  prepare: (page) => page.locator('svg').getByText('/s').first().waitFor(),
});
await shoot('dashboard-traffic', 'traffic', {
  colorScheme: 'dark',
  height: 760,
  prepare: (page) => page.locator('canvas').nth(4).waitFor(),
});
await shoot('dashboard-letters', 'letters', {
  height: 640,
  prepare: (page) => page.getByText('letters were counted').waitFor(),
});
await shoot('dashboard-letter', 'letters', {
  height: 820,
  prepare: async (page) => {
    await page
      .getByRole('link', { name: /orders\.placed/ })
      .first()
      .click();
    await page.getByRole('heading', { name: 'Attempts' }).waitFor();
  },
});
await browser.close();
await app.close();
timers.forEach(clearInterval);
await Promise.all(nodes.map((node) => node.stop()));
