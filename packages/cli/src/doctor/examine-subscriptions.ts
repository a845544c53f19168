import type { DurableSubscription } from '@catga/core';
import { duration } from '../output.js';
import type { ClusterView } from './cluster-view.js';
import type { Finding } from './finding.js';

/** Age of the oldest message from which a subscription counts as behind, in milliseconds. */
const LATE_MS = 5 * 60_000;

/** Finds problems of durable subscriptions and queues. */
export function* examineSubscriptions(view: ClusterView): Generator<Finding> {
  for (const subscription of view.subscriptions) {
    const { id, isPaused, waiting, lag } = subscription;
    if (isPaused === true)
      yield {
        code: 'subscription-paused',
        severity: 'warning',
        subject: id,
        text: `It is paused, with ${waiting} messages waiting.`,
        remedy: `catga subs resume ${id}`,
      };
    if (!isServed(view, subscription))
      yield {
        code: 'subscription-unserved',
        severity: waiting > 0 ? 'error' : 'warning',
        subject: id,
        text: `No present node handles it, and ${waiting} messages wait.`,
        remedy: `Start a node that does; if its handler was removed for good: catga subs drop ${id}`,
      };
    else if (lag?.oldestDueMs !== undefined && lag.oldestDueMs >= LATE_MS)
      yield {
        code: 'subscription-behind',
        severity: 'warning',
        subject: id,
        text: `Its oldest message is ${duration(lag.oldestDueMs)} old; ${lag.due} are due, ${lag.delayed} wait for another attempt.`,
        remedy:
          'Add replicas, raise the concurrency of the handler, or look at why it fails: catga tail --failed.',
      };
  }
  for (const [subscription, count] of Object.entries(view.deadLetters.bySubscription))
    yield {
      code: 'dead-letters',
      severity: 'warning',
      subject: subscription,
      text: `It has ${count}${view.deadLetters.isComplete ? '' : ' or more'} dead letters.`,
      remedy: `catga dlq groups --subscription ${subscription}; then catga dlq redrive or drop.`,
    };
}

/** Whether a node handles it, by the owners of its lanes, the directory, and the nodes' descriptions. */
function isServed(
  { nodes, described }: ClusterView,
  { id, kind, names, lanes = [] }: DurableSubscription,
): boolean {
  const present = new Set(nodes.map(({ nodeId }) => nodeId));
  if (lanes.some(({ owner }) => owner !== undefined && present.has(owner))) return true;
  if (kind === 'command') return nodes.some(({ handles }) => names.some((name) => handles.includes(name)));
  const service = id.slice(0, id.indexOf('.'));
  return nodes
    .filter((node) => node.service === service)
    .some(({ nodeId }) => {
      const told = described.get(nodeId);
      // A node that does not report may handle it.
      return told === undefined || told instanceof Error || told.subscriptions.some((one) => one.id === id);
    });
}
