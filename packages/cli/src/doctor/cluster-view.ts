import type { DeadLetterCount, DurableSubscription, NodeInfo } from '@catga/core';
import type { NodeDescription, NodeStats } from '@catga/core/admin';
import type { Session } from '../connection/session.js';

/** Statistics of a node, and the local times of request and answer. */
export interface ToldStats {
  readonly stats: NodeStats;
  readonly askedMs: number;
  readonly answeredMs: number;
}

/** Snapshot of a cluster. */
export interface ClusterView {
  readonly nodes: readonly NodeInfo[];
  readonly subscriptions: readonly DurableSubscription[];
  /** Descriptions by node id; an error if a node did not answer. */
  readonly described: ReadonlyMap<string, NodeDescription | Error>;
  readonly stats: ReadonlyMap<string, ToldStats | Error>;
  readonly deadLetters: DeadLetterCount;
}

export async function viewCluster({ node, admin }: Session): Promise<ClusterView> {
  const [subscriptions, letters, described, stats] = await Promise.all([
    node.subscriptions.list(),
    node.deadLetters.count(),
    admin.all((client, nodeId) => client.describe(nodeId)),
    admin.all(async (client, nodeId) => {
      const askedMs = Date.now();
      return { askedMs, stats: await client.stats(nodeId), answeredMs: Date.now() };
    }),
  ]);
  return {
    nodes: node.mediator.nodes(),
    subscriptions,
    described: new Map(
      described.map(({ nodeId, result }) => [nodeId, result.ok ? result.value : result.error]),
    ),
    stats: new Map(stats.map(({ nodeId, result }) => [nodeId, result.ok ? result.value : result.error])),
    deadLetters: letters,
  };
}
