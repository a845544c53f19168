/**
 * Whether an earlier message may still wait in the store. It is known without asking the store, so that what is
 * published while nothing waits goes straight to the engine; and a later message never overtakes an earlier one.
 */
export class OutboxBacklog {
  private mayExist = false;
  private begun = 0;
  private unfinished = 0;

  get exists(): boolean {
    return this.mayExist;
  }

  /** Something is added: from now on everything after it goes the same way. */
  async grow(add: () => Promise<void>): Promise<void> {
    this.mayExist = true;
    this.begun++;
    this.unfinished++;
    try {
      await add();
    } finally {
      this.unfinished--;
    }
  }

  /** Taken before the store is asked what waits. */
  mark(): number | undefined {
    return this.unfinished === 0 ? this.begun : undefined;
  }

  /** The store had nothing since `mark`: true unless something was being added. */
  clear(mark: number | undefined): void {
    if (mark === this.begun) this.mayExist = false;
  }

  /** The store held something when it was opened. */
  assume(): void {
    this.mayExist = true;
  }
}
