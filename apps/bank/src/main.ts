import { Logger } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { AddressInfo, Server } from 'node:net';
import { AppModule } from './app.module.js';
import { openDatabase } from './database.js';

const { PORT = '3000', HOST = 'localhost', DATA_FOLDER = 'bank-data' } = process.env;

const app = await NestFactory.create(AppModule.with(await openDatabase(DATA_FOLDER)));
app.enableShutdownHooks([], { useProcessExit: true });
const server = (await app.listen(Number(PORT), HOST)) as Server;
const { port } = server.address() as AddressInfo;
new Logger('Bank').log(`The bank listens on http://${HOST}:${port}. This is process ${process.pid}`);
