import type { Labels, Recorder } from './metric-sink.js';

/** Number of values of one label; further ones are {@link OTHER}. */
const MOST_VALUES = 200;
/** What the semantic conventions call a value that is not told apart. */
export const OTHER = '_OTHER';

/** Bounds the number of time series: a label has a limited number of values, whatever the errors of handlers are called. */
export class BoundedLabels {
  private readonly known = new Map<string, Set<string>>();
  /** Labels that need no other look. */
  private readonly within = new WeakSet<Labels>();

  /** A recorder whose labels are bounded. */
  around(record: Recorder): Recorder {
    return (value, labels) => record(value, this.bounded(labels));
  }

  bounded(labels: Labels): Labels {
    if (this.within.has(labels)) return labels;
    let bounded: Record<string, string> | undefined;
    for (const name in labels) {
      if (!this.isKnown(name, labels[name] ?? '')) (bounded ??= { ...labels })[name] = OTHER;
    }
    if (bounded !== undefined) return bounded;
    this.within.add(labels);
    return labels;
  }

  private isKnown(name: string, value: string): boolean {
    let values = this.known.get(name);
    if (values === undefined) this.known.set(name, (values = new Set()));
    if (values.has(value)) return true;
    if (values.size >= MOST_VALUES) return false;
    values.add(value);
    return true;
  }
}
