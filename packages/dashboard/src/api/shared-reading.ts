/** Reading shared by all requests while it runs and for a second after, so that many open pages cost as much as one. */
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

  /** Drops the reading: the next request reads again. */
  forget(): void {
    this.until = 0;
  }
}
