/** Durations of a round, in milliseconds. Grows by doubling, so that keeping one costs next to nothing. */
export class Latencies {
  count = 0;
  private values = new Float64Array(1 << 16);

  add(durationMs: number): void {
    if (this.count === this.values.length) {
      const larger = new Float64Array(this.count * 2);
      larger.set(this.values);
      this.values = larger;
    }
    this.values[this.count++] = durationMs;
  }

  /** Quantiles and mean of all. */
  summary(): { readonly p50Ms: number; readonly p99Ms: number; readonly meanMs: number } {
    const sorted = this.values.subarray(0, this.count).toSorted();
    const at = (share: number): number => sorted[Math.floor(sorted.length * share)] ?? Number.NaN;
    return {
      p50Ms: at(0.5),
      p99Ms: at(0.99),
      meanMs: sorted.reduce((sum, value) => sum + value, 0) / this.count,
    };
  }
}
