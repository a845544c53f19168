import type { Instrument } from '../conventions.js';

/** Values of an instrument's labels, by the name of the attribute. Those that are left out do not apply. */
export type Labels = Readonly<Record<string, string>>;

/** Records one value. */
export type Recorder = (value: number, labels: Labels) => void;

/** Value of a gauge. */
export interface Reading {
  readonly gauge: Instrument;
  readonly value: number;
  readonly labels: Labels;
}

/** Where metrics go. */
export interface MetricSink {
  histogram(instrument: Instrument): Recorder;
  counter(instrument: Instrument): Recorder;
  /** Gauges that are read together, whenever metrics are collected. Returns how to stop. `read` never rejects. */
  gauges(instruments: readonly Instrument[], read: () => Promise<readonly Reading[]>): () => void;
}
