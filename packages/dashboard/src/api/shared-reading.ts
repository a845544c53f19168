/** One reading for all who ask while it runs and for a second after: many open pages cost the cluster as much as one. */
export class SharedReading<T> {
  private current: Promise<T> | undefined;
  private until = 0;

  constructor(private readonly read: () => Promise<T>) {}

  get(): Promise<T> {
    if (this.current !== undefined && performance.now() < this.until) return this.current;
    const reading = this.read();
    this.current = reading;
    this.until = Infinity;
    reading.then(
      () => (this.until = performance.now() + 1000),
      () => (this.until = 0),
    );
    return reading;
  }

  /** The next one reads anew. */
  forget(): void {
    this.until = 0;
  }
}
