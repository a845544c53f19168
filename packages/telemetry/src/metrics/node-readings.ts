import type { DurableSubscription, OpenSagas, ProjectionLag, TracedNode } from '@catga/core';
import { ATTRIBUTE, GAUGE } from '../conventions.js';
import type { MetricSink, Reading } from './metric-sink.js';

/** Gauges of a node, read when metrics are collected. */
export class NodeReadings {
  constructor(private readonly sink: MetricSink) {}

  attach(node: TracedNode): () => void {
    return this.sink.gauges(Object.values(GAUGE), () => readingsOf(node));
  }
}

/** Reads the gauges. During a broker outage those that need the broker are omitted, which shows as a gap. */
async function readingsOf(node: TracedNode): Promise<readonly Reading[]> {
  const parts = await Promise.allSettled([
    Promise.resolve().then(() => [{ gauge: GAUGE.nodes, value: node.nodes().length, labels: {} }]),
    node.outbox().then(({ waiting }) => [{ gauge: GAUGE.outboxWaiting, value: waiting, labels: {} }]),
    node.subscriptions().then((all) => all.flatMap(lagOf)),
    node.sagas().then((all) => all.flatMap(sagasOf)),
    node.projections().then((all) => all.flatMap(projectionsOf)),
  ]);
  return parts.flatMap((part) => (part.status === 'fulfilled' ? part.value : []));
}

/** Lag of a subscription. Some engines only report the number of unsettled messages. */
function lagOf({ id, waiting, lag }: DurableSubscription): Reading[] {
  const labels = { [ATTRIBUTE.subscription]: id };
  if (lag === undefined) return [{ gauge: GAUGE.due, value: waiting, labels }];
  return [
    { gauge: GAUGE.due, value: lag.due, labels },
    { gauge: GAUGE.delayed, value: lag.delayed, labels },
    { gauge: GAUGE.handling, value: lag.handling, labels },
    { gauge: GAUGE.oldestDue, value: (lag.oldestDueMs ?? 0) / 1000, labels },
  ];
}

function sagasOf({ saga, running, compensating, stuck, oldestMs }: OpenSagas): Reading[] {
  const labels = { [ATTRIBUTE.saga]: saga };
  return [
    ...Object.entries({ running, compensating, stuck }).map(([status, value]) => ({
      gauge: GAUGE.openSagas,
      value,
      labels: { ...labels, [ATTRIBUTE.sagaStatus]: status },
    })),
    { gauge: GAUGE.oldestSaga, value: (oldestMs ?? 0) / 1000, labels },
  ];
}

function projectionsOf({ projection, behindMs, isStopped }: ProjectionLag): Reading[] {
  const labels = { [ATTRIBUTE.projection]: projection };
  return [
    { gauge: GAUGE.projectionBehind, value: behindMs / 1000, labels },
    { gauge: GAUGE.projectionStopped, value: isStopped ? 1 : 0, labels },
  ];
}
