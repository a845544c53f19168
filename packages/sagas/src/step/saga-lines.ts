/**
 * Steps of one saga follow each other on a node, in the order they come: those that run at a time would only find that another one has
 * written first. Between nodes the compare-and-set of the record decides.
 */
export class SagaLines {
  private readonly ends = new Map<string, Promise<unknown>>();

  /** Runs a step after those before it, whatever became of them. */
  run<T>(key: string, step: () => Promise<T>): Promise<T> {
    const before = this.ends.get(key);
    const outcome = before === undefined ? step() : before.then(step, step);
    this.ends.set(key, outcome);
    void this.forget(key, outcome);
    return outcome;
  }

  private async forget(key: string, outcome: Promise<unknown>): Promise<void> {
    await outcome.catch(() => {}); // Whoever asked for the step hears of it.
    if (this.ends.get(key) === outcome) this.ends.delete(key);
  }
}
