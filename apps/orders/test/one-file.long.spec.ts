import 'reflect-metadata';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { NotFoundException } from '@nestjs/common';
import type { INestApplicationContext } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { CreateOrder, GetOrder, OrderShipped } from '@catga/contracts';
import type { OrderCreated } from '@catga/contracts';
import { nats } from '@catga/nats';
import { CatgaMediator, CatgaModule, EventHandler } from '@catga/nestjs';
import type { IEventHandler, NodeInfo } from '@catga/nestjs';
import { NatsServer } from '@catga/servers';
import { OrdersProcess, ROOT } from './orders-process.fixture.js';
import { blocksOf, runCommands } from './recipe.fixture.js';
import { until } from './until.fixture.js';

const APPLICATION = join(ROOT, 'apps/orders');
const SLOW_MS = 600_000;
const lines = [{ sku: 'tea', quantity: 2, price: 350 }];

/** A folder with nothing but a file: what it does, it does alone. */
const folder = mkdtempSync(join(tmpdir(), 'orders-one-file-'));
const [bundling = '', startOfBundle = ''] = blocksOf('one-file.md', 'sh');

let broker: NatsServer;
/** A process of the same service, not bundled. */
let plain: OrdersProcess;
/** A node of another service, in this process. */
let audit: INestApplicationContext;

@EventHandler(OrderShipped, { name: 'audit' })
class Audit implements IEventHandler<OrderShipped> {
  readonly shipped: string[] = [];

  async handle({ orderId }: OrderShipped): Promise<void> {
    this.shipped.push(orderId);
  }
}

class AuditModule {}

beforeAll(async () => {
  broker = await NatsServer.spawn();
  await runCommands(bundling, APPLICATION);
  mkdirSync(join(folder, 'dist/one-file'), { recursive: true });
  plain = start('node apps/orders/dist/main.js', ROOT);
  const module = CatgaModule.forRoot({ service: 'audit', nodeId: 'audit-1', engine: nats(broker.url) });
  audit = await NestFactory.createApplicationContext(
    { module: AuditModule, imports: [module], providers: [Audit] },
    { logger: false },
  );
  await until(orderNodes, (nodes) => nodes.length === 1);
}, SLOW_MS);
afterAll(async () => {
  await audit?.close();
  await plain?.kill();
  await broker?.stop();
  rmSync(folder, { recursive: true, force: true });
});

function start(command: string, cwd: string): OrdersProcess {
  return OrdersProcess.run({ CLUSTER: broker.url }, `cd ${cwd} && exec env ${command}`);
}

function mediator(): CatgaMediator {
  return audit.get(CatgaMediator, { strict: false });
}

function orderNodes(): readonly NodeInfo[] {
  return mediator()
    .nodes()
    .filter(({ service }) => service === 'orders');
}

async function http<T>(url: string, path: string, body?: object, key?: string): Promise<[number, T]> {
  const response = await fetch(url + path, {
    method: body === undefined ? 'GET' : 'POST',
    headers: { 'content-type': 'application/json', ...(key !== undefined && { 'idempotency-key': key }) },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  return [response.status, (await response.json()) as T];
}

/** What a process of one file does in the cluster. */
async function isANode(command: string): Promise<void> {
  const before = orderNodes().map(({ nodeId }) => nodeId);
  const single = start(command.trim(), folder);
  try {
    const url = await single.url();
    const [node] = await until(
      () => orderNodes().filter(({ nodeId }) => !before.includes(nodeId)),
      (nodes) => nodes.length === 1,
    );
    const { nodeId } = node!;

    // Requests of a node that is not bundled, its validation, and an error that is an instance of its class.
    const created = await mediator().sendToNode(nodeId, new CreateOrder('c1', lines));
    expect(created).toEqual({ orderId: created.orderId, status: 'placed', total: 700 });
    const none = mediator().sendToNode(nodeId, new CreateOrder('c1', []));
    await expect(none).rejects.toMatchObject({ code: 'CATGA_VALIDATION_FAILED' });
    const missing = mediator().sendToNode(nodeId, new GetOrder('0000000000000'));
    await expect(missing).rejects.toBeInstanceOf(NotFoundException);
    expect(await http(url, `/orders/${created.orderId}`)).toMatchObject([200, { total: 700 }]);

    // The record of a repeated command is in the cluster, whichever node is asked.
    const body = { customerId: 'c1', lines };
    const first = await http<OrderCreated>(url, '/orders', body, nodeId);
    expect(first).toMatchObject([201, { status: 'placed' }]);
    expect(await http(await plain.url(), '/orders', body, nodeId)).toEqual(first);

    // Its reliable events arrive at a service that is not bundled.
    const { orderId } = first[1];
    expect(await http(url, `/orders/${orderId}/ship`, {})).toMatchObject([202, { status: 'shipped' }]);
    await until(
      () => audit.get(Audit).shipped,
      (ids) => ids.includes(orderId),
    );
    expect((await http<NodeInfo[]>(url, '/nodes'))[1].map((one) => one.service).toSorted()).toEqual([
      'audit',
      'orders',
      'orders',
    ]);

    single.terminate();
    expect(await single.exited).toEqual({ code: 0, signal: null });
    expect(single.log).not.toMatch(/WARN|ERROR/);
  } finally {
    await single.kill();
  }
}

describe('the orders service', () => {
  it(
    'as one file, minified, is a node of a cluster, and makes no code from strings',
    async () => {
      cpSync(join(APPLICATION, 'dist/one-file/orders.cjs'), join(folder, 'dist/one-file/orders.cjs'));
      expect(startOfBundle).toContain('--disallow-code-generation-from-strings');
      await isANode(startOfBundle);
    },
    SLOW_MS,
  );

  it(
    'as an executable file is a node of a cluster, and makes no code from strings',
    async () => {
      const [building = '', command = ''] = blocksOf('single-executable.md', 'sh');
      const workshop = mkdtempSync(join(tmpdir(), 'orders-executable-'));
      symlinkSync(join(APPLICATION, 'dist'), join(workshop, 'dist'));
      writeFileSync(join(workshop, 'sea-config.json'), blocksOf('single-executable.md', 'json')[0] ?? '');
      await runCommands(building, workshop);
      rmSync(workshop, { recursive: true });
      rmSync(join(folder, 'dist/one-file'), { recursive: true });
      mkdirSync(join(folder, 'dist/one-file'));
      cpSync(join(APPLICATION, 'dist/one-file/orders'), join(folder, 'dist/one-file/orders'));
      expect(command).toContain('--disallow-code-generation-from-strings');
      await isANode(command);
    },
    SLOW_MS,
  );
});
