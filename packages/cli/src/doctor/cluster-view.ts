import type { DurableSubscription, NodeInfo } from '@catga/core';
import type { NodeDescription, NodeStats } from '@catga/core/admin';
import type { Session } from '../connection/session.js';

/** What a node told, and when it was asked and had answered by the clock here. */
export interface ToldStats {
  readonly stats: NodeStats;
  readonly askedMs: number;
  readonly answeredMs: number;
}

/** A cluster as the doctor sees it. */
export interface ClusterView {
  readonly nodes: readonly NodeInfo[];
  readonly subscriptions: readonly DurableSubscription[];
  /** By node id; an error where a node did not answer. */
  readonly described: ReadonlyMap<string, NodeDescription | Error>;
  readonly stats: ReadonlyMap<string, ToldStats | Error>;
  /** Number of the first dead letters, by subscription. */
  readonly deadLetters: ReadonlyMap<string, number>;
  readonly hasMoreDeadLetters: boolean;
}

const MOST_LETTERS = 1000;

export async function viewCluster({ node, admin }: Session): Promise<ClusterView> {
  const [subscriptions, letters, described, stats] = await Promise.all([
    node.subscriptions.list(),
    node.deadLetters.list({}, { limit: MOST_LETTERS }),
    admin.all((client, nodeId) => client.describe(nodeId)),
    admin.all(async (client, nodeId) => {
      const askedMs = Date.now();
      return { askedMs, stats: await client.stats(nodeId), answeredMs: Date.now() };
    }),
  ]);
  const deadLetters = new Map<string, number>();
  for (const { subscription } of letters.items)
    deadLetters.set(subscription, (deadLetters.get(subscription) ?? 0) + 1);
  return {
    nodes: node.mediator.nodes(),
    subscriptions,
    described: new Map(
      described.map(({ nodeId, result }) => [nodeId, result.ok ? result.value : result.error]),
    ),
    stats: new Map(stats.map(({ nodeId, result }) => [nodeId, result.ok ? result.value : result.error])),
    deadLetters,
    hasMoreDeadLetters: letters.next !== undefined,
  };
}
