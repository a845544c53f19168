// A shop and its sagas on one broker: `npm run fulfilment`.
import 'reflect-metadata';
import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { INestApplication } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { LOOPBACK } from '@catga/servers';
import { openBroker } from '../conductor/broker.js';
import type { NodeSettings } from '../node/node-settings.js';
import { SagaProcess } from './saga-process.js';
import { ShopModule } from './shop.module.js';

const LEASE_MS = 3000;
const say = (line: string): void => void process.stdout.write(`${line}\n`);

const namespace = `shop-${randomUUID().slice(0, 8)}`;
const broker = await openBroker(process.env.REDIS_URL === undefined ? 'nats' : 'redis', namespace);
const directory = mkdtempSync(join(tmpdir(), 'catga-shop-'));
const port = Number(process.env.PORT ?? '3000');
const settingsOf = (nodeId: string): NodeSettings => ({
  brokerUrl: broker.url,
  namespace,
  nodeId,
  ledgerFile: join(directory, `${nodeId}.ledger`),
  port,
  leaseMs: LEASE_MS,
});
const sagas = new SagaProcess(settingsOf('fulfilment-1'), join(directory, 'fulfilment-1.log'), say);
process.once('exit', () => {
  sagas.killAtOnce();
  rmSync(directory, { recursive: true, force: true });
});

let app: INestApplication | undefined;
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => {
    void stop().finally(() => process.exit());
  });
}

async function stop(): Promise<void> {
  await sagas.stop();
  await app?.close();
  await broker.stop();
}

try {
  app = await NestFactory.create(ShopModule.with(settingsOf('shop-1')), {
    logger: ['warn', 'error', 'fatal'],
    forceCloseConnections: true,
  });
  await app.listen(port, LOOPBACK);
  await sagas.start();
  say(`The shop listens on ${await app.getUrl()}`);
} catch (thrown) {
  process.stderr.write(`${(thrown as Error).message}\n`);
  await stop();
  process.exit(1);
}
