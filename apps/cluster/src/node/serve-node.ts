import 'reflect-metadata';
import type { DynamicModule } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { LOG_LEVELS, endWithConductor, reportReady } from './ready-message.js';

/** Runs a node that has no HTTP interface. SIGTERM finishes what is running and exits with status 0. */
export async function serveNode(module: DynamicModule): Promise<void> {
  endWithConductor();
  const app = await NestFactory.createApplicationContext(module, {
    abortOnError: false,
    logger: LOG_LEVELS,
  });
  app.enableShutdownHooks([], { useProcessExit: true });
  reportReady(app);
}
