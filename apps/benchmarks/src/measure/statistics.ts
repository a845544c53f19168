/** Where the middle of some measurements lies, and how far the middle half of them spreads. */
export interface Summary {
  readonly median: number;
  readonly lowerQuartile: number;
  readonly upperQuartile: number;
}

export function summarize(values: readonly number[]): Summary {
  return {
    median: quantile(values, 0.5),
    lowerQuartile: quantile(values, 0.25),
    upperQuartile: quantile(values, 0.75),
  };
}

/** Half the interquartile range, as a fraction of the median: what a plus-minus sign may say. */
export function spreadOf({ median, lowerQuartile, upperQuartile }: Summary): number {
  return (upperQuartile - lowerQuartile) / 2 / median;
}

/** Linear between the two nearest measurements. */
function quantile(values: readonly number[], fraction: number): number {
  if (values.length === 0) return Number.NaN;
  const sorted = values.toSorted((a, b) => a - b);
  const place = (sorted.length - 1) * fraction;
  const below = Math.floor(place);
  const low = sorted[below] ?? Number.NaN;
  const high = sorted[below + 1] ?? low;
  return low + (high - low) * (place - below);
}
