import type { MessageTracer } from '@catga/core';
import { register } from 'prom-client';
import type { Registry } from 'prom-client';
import { MessageMetrics } from './metrics/message-metrics.js';
import { PrometheusSink } from './metrics/prometheus-sink.js';

/** Options of `prometheus`. */
export interface PrometheusOptions {
  /**
   * Registry of the metrics. Use one tracer per registry.
   * @defaultValue the global registry of `prom-client`
   */
  readonly registry?: Registry;
}

/**
 * Metrics of messages, durable subscriptions, the outbox and nodes for Prometheus, in a registry of `prom-client`. Your application serves
 * the registry. Labels have a limited number of values.
 *
 * @example `CatgaModule.forRoot({ telemetry: [prometheus({ registry })] })`
 * @publicApi
 */
export function prometheus({ registry = register }: PrometheusOptions = {}): MessageTracer {
  return new MessageMetrics(new PrometheusSink(registry));
}
