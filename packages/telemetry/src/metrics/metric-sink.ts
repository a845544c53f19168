import type { Instrument } from '../conventions.js';

/** Label values of an instrument, by attribute name. Omitted labels do not apply. */
export type Labels = Readonly<Record<string, string>>;

/** Records one value. */
export type Recorder = (value: number, labels: Labels) => void;

/** Value of a gauge. */
export interface Reading {
  readonly gauge: Instrument;
  readonly value: number;
  readonly labels: Labels;
}

/** Destination of metrics. */
export interface MetricSink {
  histogram(instrument: Instrument): Recorder;
  counter(instrument: Instrument): Recorder;
  /**
   * Registers gauges that are read together whenever metrics are collected. Returns a function that unregisters them. `read` never rejects.
   */
  gauges(instruments: readonly Instrument[], read: () => Promise<readonly Reading[]>): () => void;
}
