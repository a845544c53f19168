/** Changes that are written together, and what to do when they are. */
export interface Write<T> {
  readonly operations: readonly T[];
  /** Whether it counts only once it is on the disk. */
  readonly sync: boolean;
}

/**
 * One write at a time, in order: what is asked for meanwhile goes into the next one together, so that many pay for one
 * flush of the disk.
 */
export class WriteQueue<T> {
  private next: { readonly write: Write<T>[]; readonly written: Promise<void> } | undefined;
  private last: Promise<void> = Promise.resolve();

  constructor(private readonly write: (operations: readonly T[], sync: boolean) => Promise<void>) {}

  /** Resolves once it is written. */
  add(write: Write<T>): Promise<void> {
    const { next } = this;
    if (next !== undefined) {
      next.write.push(write);
      return next.written;
    }
    const writes = [write];
    const written = this.idle().then(() => {
      this.next = undefined;
      return this.write(
        writes.flatMap(({ operations }) => operations),
        writes.some(({ sync }) => sync),
      );
    });
    this.next = { write: writes, written };
    this.last = written;
    return written;
  }

  /** Resolves once everything asked for so far is written, or has failed. */
  async idle(): Promise<void> {
    try {
      await this.last;
    } catch {
      // Whoever asked for that write was told.
    }
  }
}
