import type { Labels, Recorder } from './metric-sink.js';

/** Maximum number of values of a label; further ones become {@link OTHER}. */
const MOST_VALUES = 200;
/** Value for all others, by the semantic conventions. */
export const OTHER = '_OTHER';

/** Bounds the number of time series by limiting the values of each label, such as error names of handlers. */
export class BoundedLabels {
  private readonly known = new Map<string, Set<string>>();
  /** Labels that were checked. */
  private readonly within = new WeakSet<Labels>();

  /** Wraps a recorder with bounded labels. */
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
