import { Logger } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { Engine } from '@catga/nestjs';
import type { AddressInfo, Server } from 'node:net';
import { AppModule } from './app.module.js';
import { readSettings } from './settings/settings.js';
import type { Settings } from './settings/settings.js';
import { IN_MEMORY } from './storage/in-memory-storage.js';
import type { OrdersStorage } from './storage/storage.js';

const logger = new Logger('Orders');

async function serve(): Promise<void> {
  const settings = readSettings(process.env);
  const { port, host } = settings;
  const app = await NestFactory.create(
    AppModule.with(settings, await openStorage(settings), await engineOf(settings)),
    { abortOnError: false },
  );
  // SIGTERM and SIGINT wait for running work, then exit with status 0.
  app.enableShutdownHooks([], { useProcessExit: true });
  const server = (await (host === undefined ? app.listen(port) : app.listen(port, host))) as Server;
  const address = server.address() as AddressInfo;
  logger.log(`Orders listens on http://${host ?? 'localhost'}:${address.port}`);
}

/** Loads the database modules only if configured. */
async function openStorage(settings: Settings): Promise<OrdersStorage> {
  if (settings.storage === 'memory') return IN_MEMORY;
  const { openSqlStorage } = await import('./sql/sql-storage.js');
  const storage = await openSqlStorage(settings);
  logger.log(`Orders are kept in ${storage.place}. This is process ${process.pid}`);
  return storage;
}

/** Loads the NATS engine only if configured. */
async function engineOf({ natsUrl }: Settings): Promise<Engine | undefined> {
  if (natsUrl === undefined) return undefined;
  const { nats } = await import('@catga/nats');
  return nats(natsUrl);
}

function explain(error: NodeJS.ErrnoException & { readonly port?: number }): string {
  if (error.code === 'EADDRINUSE')
    return `Port ${error.port} is in use. Choose another one: PORT=3001 npm start`;
  return error.message;
}

// No `await` here: a bundle of CommonJS, as a single executable needs it, has none outside of functions.
serve().catch((thrown: unknown) => {
  logger.fatal(explain(thrown as Error));
  process.exit(1);
});
