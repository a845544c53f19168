import { Injectable } from '@nestjs/common';
import { CatgaMediator, CatgaNode } from '@catga/core';
import type { NodeLoad } from '@catga/core';

/** Health details of the node for Terminus. */
export interface CatgaHealth {
  readonly status: 'up' | 'down';
  /** Why it is down. */
  readonly reason?: string;
  readonly nodeId: string;
  readonly engine: string;
  /** Number of present nodes, including this one. */
  readonly nodes: number;
  readonly load: NodeLoad;
}

/**
 * Readiness indicator for Terminus: up while the node accepts requests, is present in the directory, and its
 * engine was reachable within the last `health.graceMs`. Do not use it for liveness: a restart does not repair the broker.
 *
 * @example `health.check([() => catga.isHealthy()])`
 * @publicApi
 */
@Injectable()
export class CatgaHealthIndicator {
  constructor(
    private readonly node: CatgaNode,
    private readonly mediator: CatgaMediator,
  ) {}

  /** In the shape that `HealthCheckService.check` expects, under `key`. */
  isHealthy<K extends string = 'catga'>(key: K = 'catga' as K): Record<K, CatgaHealth> {
    const { nodeId, load } = this.mediator.self;
    const nodes = this.mediator.nodes();
    const { problem: reason } = this.node;
    const { engine } = this.node.options;
    const health: CatgaHealth = {
      status: reason === undefined ? 'up' : 'down',
      ...(reason !== undefined && { reason }),
      nodeId,
      engine: engine.name,
      nodes: nodes.length,
      load,
    };
    return { [key]: health } as Record<K, CatgaHealth>;
  }
}
