/** Changes to write together, and callbacks for the result. */
export interface Write<T> {
  readonly operations: readonly T[];
  /** Whether the write has to be flushed to disk. */
  readonly sync: boolean;
}

/** Performs one write at a time, in order. Writes requested meanwhile are combined into the next one, so that they share a flush. */
export class WriteQueue<T> {
  private next: { readonly write: Write<T>[]; readonly written: Promise<void> } | undefined;
  private last: Promise<void> = Promise.resolve();

  constructor(private readonly write: (operations: readonly T[], sync: boolean) => Promise<void>) {}

  /** Queues a write. Resolves once it is written. */
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

  /** Resolves once all writes queued so far have succeeded or failed. */
  async idle(): Promise<void> {
    try {
      await this.last;
    } catch {
      // The caller of that write got the error.
    }
  }
}
