import { Injectable } from '@nestjs/common';
import { CatgaMediator, CatgaNode } from '@catga/core';
import type { NodeLoad } from '@catga/core';

/** What Terminus shows of the node. */
export interface CatgaHealth {
  readonly status: 'up' | 'down';
  readonly nodeId: string;
  readonly engine: string;
  /** How many nodes this one sees, itself included. */
  readonly nodes: number;
  readonly load: NodeLoad;
}

/**
 * A health indicator for Terminus: up while the node takes work and is present in the directory.
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
    const isUp = this.node.isOpen && nodes.some((node) => node.nodeId === nodeId);
    const { engine } = this.node.options;
    const health: CatgaHealth = {
      status: isUp ? 'up' : 'down',
      nodeId,
      engine: engine.name,
      nodes: nodes.length,
      load,
    };
    return { [key]: health } as Record<K, CatgaHealth>;
  }
}
