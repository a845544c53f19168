import type { DynamicModule } from '@nestjs/common';
import { CatgaModule } from '@catga/nestjs';
import { fileOutbox } from '@catga/outbox-file';
import { engineOf } from '../broker/engine-settings.js';
import type { NodeSettings } from './node-settings.js';
import { PartitionedDirectory } from './partitioned-directory.js';

/** What makes a process a node. */
export function catgaNodeModule(
  settings: NodeSettings,
  directory = new PartitionedDirectory(),
): DynamicModule {
  const { engine, namespace, nodeId, service, concurrency, outbox, drainTimeoutMs, maxAttempts, leases } =
    settings;
  return CatgaModule.forRoot({
    engine: directory.engineOf(engineOf(engine)),
    namespace,
    nodeId,
    service,
    heartbeat: leases.heartbeat,
    concurrency,
    request: { timeoutMs: leases.requestTimeoutMs },
    idempotency: { leaseMs: leases.leaseMs },
    retry: { maxAttempts, initialDelayMs: 100, maxDelayMs: 1000 },
    ...(drainTimeoutMs !== undefined && { shutdown: { drainTimeoutMs } }),
    ...(outbox !== undefined && { outbox: fileOutbox({ path: outbox }) }),
  });
}
