import type { DynamicModule } from '@nestjs/common';
import { nats } from '@catga/nats';
import { CatgaModule } from '@catga/nestjs';
import type { NodeSettings } from './node-settings.js';

/** Short, so that a run takes seconds; the proportions are those of the defaults. */
export const HEARTBEAT = Object.freeze({ intervalMs: 400, timeoutMs: 1200 });
/** How long a claim outlives its holder. */
export const LEASE_MS = 3000;
/** How long the engine waits for the acknowledgement of a node that says nothing. */
export const ACK_WAIT_MS = 2000;
/** How long callers wait. */
export const REQUEST_TIMEOUT_MS = 15_000;

/** What makes a process a node. */
export function catgaNodeModule(settings: NodeSettings): DynamicModule {
  const { brokerUrl, namespace, nodeId, service, concurrency, maxStreamBytes } = settings;
  return CatgaModule.forRoot({
    engine: nats({
      servers: brokerUrl,
      reconnect: { waitMs: 200, jitterMs: 100 },
      durable: { ackWaitMs: ACK_WAIT_MS, ...(maxStreamBytes !== undefined && { maxBytes: maxStreamBytes }) },
    }),
    namespace,
    nodeId,
    service,
    heartbeat: HEARTBEAT,
    concurrency,
    request: { timeoutMs: REQUEST_TIMEOUT_MS },
    idempotency: { leaseMs: LEASE_MS },
    retry: { maxAttempts: 20, initialDelayMs: 100, maxDelayMs: 1000 },
  });
}
