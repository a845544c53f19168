import { Injectable } from '@nestjs/common';
import { CatgaMediator, CatgaNode } from '@catga/core';
import type { DurableSubscription, NodeLoad, OutboxCounts } from '@catga/core';

/** Maximum number of counted dead letters, and of listed subscriptions. */
const MOST = 100;

/** Health of a part for Terminus. */
export interface CatgaStatus {
  readonly status: 'up' | 'down';
  /** Reason for being down. */
  readonly reason?: string;
}

/** Health of the engine's broker for Terminus. */
export interface CatgaBrokerHealth extends CatgaStatus {
  readonly engine: string;
}

/** Health details of the node for Terminus. */
export interface CatgaHealth extends CatgaBrokerHealth {
  readonly nodeId: string;
  /** Number of present nodes, including this one. */
  readonly nodes: number;
  readonly load: NodeLoad;
}

/** Health with backlogs; a part is missing if the engine does not have it. */
export interface CatgaHealthDetails extends CatgaHealth {
  /** Durable subscriptions and command queues, those with the most waiting messages first, at most 100. */
  readonly subscriptions?: readonly Pick<DurableSubscription, 'id' | 'waiting' | 'lag'>[];
  /** Number of dead letters, counted up to 100. */
  readonly deadLetters?: number;
  readonly outbox?: OutboxCounts;
  /** Error if the backlogs could not be read. */
  readonly unreadable?: string;
}

/**
 * Health indicator for Terminus: readiness ({@link isHealthy}), liveness ({@link isLive}), the broker ({@link broker}) and
 * details ({@link details}).
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

  /**
   * Readiness: up while the node accepts requests, is present in the directory, and its engine was reachable within the last
   * `health.graceMs`. Do not use it for liveness: a restart does not repair the broker. In the shape that
   * `HealthCheckService.check` expects, under `key`.
   */
  isHealthy<K extends string = 'catga'>(key: K = 'catga' as K): Record<K, CatgaHealth> {
    return under(key, this.readiness());
  }

  /** Liveness: up as long as the process answers, even during a broker outage and while the node drains. */
  isLive<K extends string = 'catga'>(key: K = 'catga' as K): Record<K, CatgaStatus> {
    return under(key, { status: 'up' });
  }

  /** The broker: down once it has been unreachable for longer than `health.graceMs`. */
  broker<K extends string = 'catga'>(key: K = 'catga' as K): Record<K, CatgaBrokerHealth> {
    const { node } = this;
    return under(key, { ...statusOf(node.engineProblem), engine: node.options.engine.name });
  }

  /**
   * Readiness with backlogs, which never make it down, because all replicas would become unready at once. Reads from the broker; never
   * rejects.
   */
  async details<K extends string = 'catga'>(key: K = 'catga' as K): Promise<Record<K, CatgaHealthDetails>> {
    const waiting = await this.waiting().catch((thrown: unknown) => ({
      unreadable: thrown instanceof Error ? thrown.message : String(thrown),
    }));
    return under(key, { ...this.readiness(), ...waiting });
  }

  private readiness(): CatgaHealth {
    const { nodeId, load } = this.mediator.self;
    const { problem, options } = this.node;
    const nodes = this.mediator.nodes().length;
    return { ...statusOf(problem), nodeId, engine: options.engine.name, nodes, load };
  }

  private async waiting(): Promise<Partial<CatgaHealthDetails>> {
    const { subscriptions, deadLetters, outbox, options } = this.node;
    const [listed, letters, unsent] = await Promise.all([
      subscriptions.list(),
      deadLetters.count({}, { most: MOST }),
      options.outbox && outbox.counts(),
    ]);
    return {
      subscriptions: listed
        .toSorted((one, other) => other.waiting - one.waiting)
        .slice(0, MOST)
        .map(({ id, waiting, lag }) => ({ id, waiting, ...(lag && { lag }) })),
      deadLetters: letters.total,
      ...(unsent && { outbox: unsent }),
    };
  }
}

function statusOf(problem: string | undefined): CatgaStatus {
  return problem === undefined ? { status: 'up' } : { status: 'down', reason: problem };
}

function under<K extends string, T>(key: K, health: T): Record<K, T> {
  return { [key]: health } as Record<K, T>;
}
