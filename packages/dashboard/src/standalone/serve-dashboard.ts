import 'reflect-metadata';
import { randomUUID } from 'node:crypto';
import type { AddressInfo, Server } from 'node:net';
import { Module } from '@nestjs/common';
import type { LoggerService } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { CatgaModule } from '@catga/nestjs';
import type { Engine, Serializer } from '@catga/core';
import { CatgaDashboardModule } from '../catga-dashboard.module.js';
import type { CatgaDashboardOptions } from '../options/dashboard-options.js';
import { httpAdapter } from './http-adapter.js';

const LOOPBACK = '127.0.0.1';
const PATH = 'catga';
const HEARTBEAT = { intervalMs: 5_000, timeoutMs: 15_000 } as const;

/** Options of {@link serveDashboard}. */
export interface StandaloneOptions extends Pick<CatgaDashboardOptions, 'readOnly' | 'redact' | 'traceUrl'> {
  readonly engine: Engine;
  /** @defaultValue 'catga' */
  readonly namespace?: string;
  /** Serializer of the nodes. @defaultValue json() */
  readonly serializer?: Serializer;
  /** @defaultValue 0, any free port */
  readonly port?: number;
  /** Logger of actions and failures. @defaultValue none */
  readonly logger?: LoggerService;
}

/** A running dashboard. */
export interface StandaloneDashboard {
  /** Address of the page. */
  readonly url: string;
  /** Closes all connections and leaves the cluster. */
  close(): Promise<void>;
}

@Module({})
class StandaloneModule {}

/**
 * Serves the dashboard of a cluster to browsers on this machine. It joins as a tool: nodes do not list it and send it only answers.
 * `CATGA_CONFIGURATION` without `@nestjs/platform-express` or `@nestjs/platform-fastify`, `CATGA_ENGINE_UNAVAILABLE` if the broker is
 * unreachable.
 *
 * @publicApi
 */
export async function serveDashboard({
  engine,
  namespace,
  serializer,
  port = 0,
  logger,
  ...options
}: StandaloneOptions): Promise<StandaloneDashboard> {
  const node = CatgaModule.forRoot({
    engine,
    ...(namespace !== undefined && { namespace }),
    ...(serializer !== undefined && { serializer }),
    service: 'catga-dashboard',
    nodeId: `dashboard-${randomUUID().slice(0, 8)}`,
    role: 'tool',
    heartbeat: HEARTBEAT,
    shutdown: { drainTimeoutMs: 1_000 },
  });
  const imports = [node, CatgaDashboardModule.forRoot({ ...options, path: PATH })];
  const app = await NestFactory.create({ module: StandaloneModule, imports }, await httpAdapter(), {
    abortOnError: false,
    logger: logger ?? false,
    // Open pages hold connections for changes.
    forceCloseConnections: true,
  });
  try {
    await app.listen(port, LOOPBACK);
  } catch (thrown) {
    await app.close();
    throw thrown;
  }
  const { port: bound } = (app.getHttpServer() as Server).address() as AddressInfo;
  return { url: `http://${LOOPBACK}:${bound}/${PATH}`, close: () => app.close() };
}
