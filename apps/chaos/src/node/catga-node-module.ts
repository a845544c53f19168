import type { DynamicModule } from '@nestjs/common';
import { CatgaModule } from '@catga/nestjs';
import { fileOutbox } from '@catga/outbox-file';
import { engineOf } from '../broker/engine-settings.js';
import type { NodeSettings } from './node-settings.js';
import { PartitionedDirectory } from './partitioned-directory.js';

/** Short, so that a run takes seconds; the proportions are those of the defaults. */
const HEARTBEAT = Object.freeze({ intervalMs: 400, timeoutMs: 2000 });
/** How long a claim outlives its holder. */
export const LEASE_MS = 3000;
/** How long callers wait. */
const REQUEST_TIMEOUT_MS = 15_000;

/** What makes a process a node. */
export function catgaNodeModule(
  settings: NodeSettings,
  directory = new PartitionedDirectory(),
): DynamicModule {
  const { engine, namespace, nodeId, service, concurrency, outbox, drainTimeoutMs, maxAttempts } = settings;
  return CatgaModule.forRoot({
    engine: directory.engineOf(engineOf(engine)),
    namespace,
    nodeId,
    service,
    heartbeat: HEARTBEAT,
    concurrency,
    request: { timeoutMs: REQUEST_TIMEOUT_MS },
    idempotency: { leaseMs: LEASE_MS },
    retry: { maxAttempts, initialDelayMs: 100, maxDelayMs: 1000 },
    ...(drainTimeoutMs !== undefined && { shutdown: { drainTimeoutMs } }),
    ...(outbox !== undefined && { outbox: fileOutbox({ path: outbox }) }),
  });
}
