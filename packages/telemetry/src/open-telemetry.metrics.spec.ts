import { expect, it } from '@jest/globals';
import { metrics } from '@opentelemetry/api';
import {
  AggregationTemporality,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from '@opentelemetry/sdk-metrics';
import { COUNTER, GAUGE, HISTOGRAM } from './conventions.js';
import { openTelemetry } from './index.js';
import { reportProjections, reportSagas, startShop, workIn } from './shop-node.fixture.js';

it('metrics go to the meter of the SDK, under the names of the conventions', async () => {
  const exporter = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE);
  const reader = new PeriodicExportingMetricReader({ exporter, exportIntervalMillis: 3_600_000 });
  metrics.setGlobalMeterProvider(new MeterProvider({ readers: [reader] }));
  const fate = { fails: false };
  const node = await startShop([openTelemetry()], {}, fate);
  await workIn(node, fate);
  reportSagas(node);
  reportProjections(node);
  await reader.forceFlush();
  const collected = exporter
    .getMetrics()
    .flatMap(({ scopeMetrics }) => scopeMetrics.flatMap((scope) => scope.metrics));
  const names = [HISTOGRAM, COUNTER, GAUGE].flatMap((instruments) =>
    Object.values(instruments).map(({ name }): string => name),
  );
  expect(collected.map(({ descriptor }) => descriptor.name).toSorted()).toEqual(names.toSorted());
  const dead = collected.find(({ descriptor }) => descriptor.name === 'catga.dead_letters');
  expect(dead?.dataPoints).toMatchObject([
    {
      value: 1,
      attributes: {
        'messaging.destination.name': 'Shipped',
        'messaging.destination.subscription.name': 'shop.Mail',
        'error.type': 'RangeError',
      },
    },
  ]);
  await node.stop();
  await reader.shutdown();
  metrics.disable();
});
