// A process that handles messages.
import 'reflect-metadata';
import { Module } from '@nestjs/common';
import type { DynamicModule } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { CatgaMediator } from '@catga/nestjs';
import { LedgerClient } from '../ledger/ledger-client.js';
import { catgaNodeModule } from './catga-node-module.js';
import { PaidHandler, SeenHandler, ShippedHandler } from './event-handlers.js';
import { PartitionedDirectory } from './partitioned-directory.js';
import { processStats } from './process-stats.js';
import { readNodeSettings } from './node-settings.js';
import { ChargeHandler, LookHandler, PackHandler, PlaceHandler } from './request-handlers.js';
import { sagasOf } from './sagas-of.js';
import { reportStalls } from './stall-meter.js';
import { Workshop } from './workshop.js';

const settings = readNodeSettings();
const { ledgerPort, service, nodeId, hasSagas } = settings;
const directory = new PartitionedDirectory();
const ledger = await LedgerClient.open(ledgerPort, service, nodeId);

@Module({})
class HandlingNode {
  static create(): DynamicModule {
    if (hasSagas === true) {
      const { imports, providers } = sagasOf(service, ledger);
      return {
        module: HandlingNode,
        imports: [catgaNodeModule(settings, directory), ...imports],
        providers: [...providers],
      };
    }
    const requests = service === 'orders' ? [LookHandler, PlaceHandler, ChargeHandler, PackHandler] : [];
    const workshop = { provide: Workshop, useFactory: () => new Workshop(ledger) };
    return {
      module: HandlingNode,
      imports: [catgaNodeModule(settings, directory)],
      providers: [workshop, ...requests, SeenHandler, ShippedHandler, PaidHandler],
    };
  }
}

process.once('disconnect', () => process.kill(process.pid, 'SIGKILL'));
process.on('message', (message) => {
  if (message === 'step back') stepBack();
  if (message === 'lose the directory') directory.isCut = true;
  if (message === 'find the directory') directory.isCut = false;
  if (message === 'stats') process.send?.(processStats(app.get(CatgaMediator)));
});
reportStalls();
const app = await NestFactory.createApplicationContext(HandlingNode.create(), {
  abortOnError: false,
  logger: ['debug', 'log', 'warn', 'error', 'fatal'],
});
app.enableShutdownHooks([], { useProcessExit: true });
process.send?.('ready');

/** An hour, as when somebody corrects a clock that was wrong. */
function stepBack(): void {
  const { now } = Date;
  Date.now = () => now() - 3_600_000;
}
