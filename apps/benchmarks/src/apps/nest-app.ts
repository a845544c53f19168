import 'reflect-metadata';
import { NestFactory } from '@nestjs/core';
import type { INestApplicationContext, ModuleMetadata } from '@nestjs/common';

class BenchmarkModule {}

/** A Nest application without HTTP and without a log. */
export function nestApp(
  metadata: Pick<ModuleMetadata, 'imports' | 'providers'>,
): Promise<INestApplicationContext> {
  return NestFactory.createApplicationContext({ module: BenchmarkModule, ...metadata }, { logger: false });
}
