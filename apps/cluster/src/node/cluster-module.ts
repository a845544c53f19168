import type { DynamicModule } from '@nestjs/common';
import { CatgaModule } from '@catga/nestjs';
import type { CatgaOptions, Engine } from '@catga/nestjs';
import { nats } from '@catga/nats';
import { redis } from '@catga/redis';
import { isForRedis } from './node-settings.js';
import type { NodeSettings } from './node-settings.js';

/** Short, so that the table shows a death soon. The defaults are ten times as long. */
const HEARTBEAT = { intervalMs: 500, timeoutMs: 1500 };

/** The engine of an address. */
export function engineFor(brokerUrl: string): Engine {
  return isForRedis(brokerUrl) ? redis(brokerUrl) : nats(brokerUrl);
}

/** What makes a process a node of the cluster, and `more` that is special about it. */
export function clusterModule(
  service: string,
  { brokerUrl, namespace, nodeId, leaseMs }: NodeSettings,
  more: CatgaOptions = {},
): DynamicModule {
  return CatgaModule.forRoot({
    engine: engineFor(brokerUrl),
    nodeId,
    service,
    namespace,
    heartbeat: HEARTBEAT,
    idempotency: { leaseMs },
    ...more,
  });
}
