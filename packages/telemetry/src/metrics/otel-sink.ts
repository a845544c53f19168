import type { BatchObservableCallback, Meter, Observable } from '@opentelemetry/api';
import type { Instrument } from '../conventions.js';
import type { MetricSink, Reading, Recorder } from './metric-sink.js';

/** Metrics by an OpenTelemetry meter. */
export class OpenTelemetrySink implements MetricSink {
  constructor(private readonly meter: Meter) {}

  histogram({ name, unit, description, buckets }: Instrument): Recorder {
    const advice = buckets && { explicitBucketBoundaries: [...buckets] };
    const histogram = this.meter.createHistogram(name, { unit, description, advice });
    return (value, labels) => histogram.record(value, labels);
  }

  counter({ name, unit, description }: Instrument): Recorder {
    const counter = this.meter.createCounter(name, { unit, description });
    return (value, labels) => counter.add(value, labels);
  }

  gauges(instruments: readonly Instrument[], read: () => Promise<readonly Reading[]>): () => void {
    const { meter } = this;
    const gauges = new Map<Instrument, Observable>(
      instruments.map((instrument) => {
        const { name, unit, description } = instrument;
        return [instrument, meter.createObservableGauge(name, { unit, description })];
      }),
    );
    const observe: BatchObservableCallback = async (result) => {
      for (const { gauge, value, labels } of await read()) {
        const observable = gauges.get(gauge);
        if (observable !== undefined) result.observe(observable, value, labels);
      }
    };
    const observed = [...gauges.values()];
    meter.addBatchObservableCallback(observe, observed);
    return () => meter.removeBatchObservableCallback(observe, observed);
  }
}
