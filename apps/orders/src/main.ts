import { Logger } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { AddressInfo, Server } from 'node:net';
import { AppModule } from './app.module.js';
import { readSettings } from './settings/settings.js';

const logger = new Logger('Orders');

async function serve(): Promise<void> {
  const settings = readSettings(process.env);
  const { port, host } = settings;
  const app = await NestFactory.create(AppModule.with(settings), { abortOnError: false });
  // SIGTERM and SIGINT finish what is running and then exit with status 0.
  app.enableShutdownHooks([], { useProcessExit: true });
  const server = (await (host === undefined ? app.listen(port) : app.listen(port, host))) as Server;
  const address = server.address() as AddressInfo;
  logger.log(`Orders listens on http://${host ?? 'localhost'}:${address.port}`);
}

function explain(error: NodeJS.ErrnoException & { readonly port?: number }): string {
  if (error.code === 'EADDRINUSE')
    return `Port ${error.port} is in use. Choose another one: PORT=3001 npm start`;
  return error.message;
}

try {
  await serve();
} catch (thrown) {
  logger.fatal(explain(thrown as Error));
  process.exit(1);
}
