import { Injectable } from '@nestjs/common';
import { CatgaMediator, CatgaNode } from '@catga/core';
import type { NodeLoad } from '@catga/core';

/** What Terminus shows of the node. */
export interface CatgaHealth {
  readonly status: 'up' | 'down';
  /** Why it is down. */
  readonly reason?: string;
  readonly nodeId: string;
  readonly engine: string;
  /** How many nodes this one sees, itself included. */
  readonly nodes: number;
  readonly load: NodeLoad;
}

/**
 * A health indicator for Terminus, of readiness: up while the node takes work, is present in the directory, and has had its
 * engine in reach within the last `health.graceMs`. Of no use for liveness: a restart brings no broker back.
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
