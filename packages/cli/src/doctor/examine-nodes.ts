import type { NodeInfo } from '@catga/core';
import type { ClusterView } from './cluster-view.js';
import type { Finding } from './finding.js';

/** Tolerated clock skew beyond the time of the answer, in milliseconds. */
const MOST_SKEW_MS = 1000;

/** Finds problems of nodes, and between them. */
export function* examineNodes(view: ClusterView): Generator<Finding> {
  const { nodes } = view;
  if (nodes.length === 0)
    yield {
      code: 'no-nodes',
      severity: 'warning',
      subject: 'the cluster',
      text: 'No node is present.',
      remedy: 'Check that the application runs, and its namespace: catga --namespace.',
    };
  for (const { nodeId, status } of nodes) {
    if (status === 'alive') continue;
    yield {
      code: 'node-suspected',
      severity: 'error',
      subject: nodeId,
      text: 'The node misses heartbeats: it hangs, was suspended, or has lost its connection to the broker.',
      remedy: 'Check its log and its machine; a handler that blocks the event loop delays heartbeats.',
    };
  }
  yield* mixed(nodes, 'mixed-protocols', 'versions of the protocol', (node) => String(node.protocolVersion));
  yield* mixed(nodes, 'mixed-serializers', 'serializers', (node) => node.serializer);
  yield* differentReplicas(nodes);
  yield* unhandled(nodes);
  yield* overloaded(nodes);
  yield* clocks(view);
  yield* failing(view);
  for (const [nodeId, answer] of view.described) {
    if (!(answer instanceof Error)) continue;
    yield {
      code: 'node-silent',
      severity: 'info',
      subject: nodeId,
      text: `The node does not report what it handles: ${answer.message}`,
      remedy: "Its option 'admin' may forbid it; otherwise it has an earlier version, or hangs.",
    };
  }
}

/** Finds nodes with incompatible settings, which exchange no messages. */
function* mixed(
  nodes: readonly NodeInfo[],
  code: string,
  what: string,
  of: (node: NodeInfo) => string,
): Generator<Finding> {
  const groups = groupedBy(nodes, of);
  if (groups.size < 2) return;
  const shown = [...groups].map(
    ([value, some]) => `${value} on ${some.map(({ nodeId }) => nodeId).join(', ')}`,
  );
  yield {
    code,
    severity: 'error',
    subject: 'the cluster',
    text: `Nodes have different ${what}, and exchange no messages: ${shown.join('; ')}.`,
    remedy: 'Finish the deployment, or give the nodes their own namespace.',
  };
}

/** Finds replicas of a service that handle different messages. */
function* differentReplicas(nodes: readonly NodeInfo[]): Generator<Finding> {
  for (const [service, replicas] of groupedBy(nodes, (node) => node.service)) {
    const kinds = groupedBy(replicas, ({ handles, subscribes, subscribesAsNode }) =>
      JSON.stringify([handles, subscribes, subscribesAsNode].map((names) => [...names].sort())),
    );
    if (kinds.size < 2) continue;
    const shown = [...kinds.values()].map((some) => some.map(({ nodeId }) => nodeId).join(', '));
    yield {
      code: 'replicas-differ',
      severity: 'warning',
      subject: service,
      text: `Its nodes handle different messages: ${shown.join(' unlike ')}.`,
      remedy: 'Finish the deployment; give different programs different service names.',
    };
  }
}

/** Finds requests that were sent and have no handler now. */
function* unhandled(nodes: readonly NodeInfo[]): Generator<Finding> {
  const handled = new Set(nodes.flatMap(({ handles }) => handles));
  for (const [name, senders] of groupedByMany(nodes, ({ sends = [] }) => sends)) {
    if (handled.has(name)) continue;
    yield {
      code: 'request-unhandled',
      severity: 'error',
      subject: name,
      text: `${senders.map(({ nodeId }) => nodeId).join(', ')} sent it, and no present node handles it.`,
      remedy: 'Start a node of the service that handles it.',
    };
  }
}

function* overloaded(nodes: readonly NodeInfo[]): Generator<Finding> {
  for (const { nodeId, load } of nodes) {
    if (load.queued === 0) continue;
    yield {
      code: 'node-overloaded',
      severity: 'warning',
      subject: nodeId,
      text: `${load.queued} messages wait for admission, besides ${load.inFlight} in flight.`,
      remedy: 'Add replicas, raise concurrency.maxInFlight, or look for slow handlers: catga tail.',
    };
  }
}

function* clocks({ stats }: ClusterView): Generator<Finding> {
  for (const [nodeId, told] of stats) {
    if (told instanceof Error) continue;
    const { askedMs, answeredMs } = told;
    const { nowMs } = told.stats;
    // Its clock was read between the request and the answer.
    const skewMs = nowMs < askedMs ? nowMs - askedMs : Math.max(0, nowMs - answeredMs);
    if (Math.abs(skewMs) < MOST_SKEW_MS) continue;
    yield {
      code: 'clock-skew',
      severity: 'warning',
      subject: nodeId,
      text: `Its clock is ${Math.abs(skewMs)} ms ${skewMs > 0 ? 'ahead of' : 'behind'} the local clock.`,
      remedy: 'Synchronize the clocks (NTP): ids, ages and times of messages are wrong until then.',
    };
  }
}

function* failing({ stats }: ClusterView): Generator<Finding> {
  for (const [nodeId, told] of stats) {
    const failures = told instanceof Error ? [] : Object.entries(told.stats.failures);
    if (failures.length === 0) continue;
    yield {
      code: 'node-failures',
      severity: 'info',
      subject: nodeId,
      text: `Failures that no caller received, since its start: ${failures.map(([source, count]) => `${source} ${count}`).join(', ')}.`,
      remedy: `catga nodes show ${nodeId}; catga tail --failed; catga dlq groups.`,
    };
  }
}

function groupedBy<T>(all: readonly T[], of: (one: T) => string): ReadonlyMap<string, readonly T[]> {
  return groupedByMany(all, (one) => [of(one)]);
}

function groupedByMany<T>(
  all: readonly T[],
  of: (one: T) => readonly string[],
): ReadonlyMap<string, readonly T[]> {
  const groups = new Map<string, T[]>();
  for (const one of all) for (const name of of(one)) groups.set(name, [...(groups.get(name) ?? []), one]);
  return groups;
}
