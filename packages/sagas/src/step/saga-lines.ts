/**
 * Serializes the steps of each saga on a node, in order of arrival: concurrent steps would only conflict. Between nodes the compare-and-set
 * of the record decides.
 */
export class SagaLines {
  private readonly ends = new Map<string, Promise<unknown>>();

  /** Runs a step after the earlier ones, whatever their outcome. */
  run<T>(key: string, step: () => Promise<T>): Promise<T> {
    const before = this.ends.get(key);
    const outcome = before === undefined ? step() : before.then(step, step);
    this.ends.set(key, outcome);
    void this.forget(key, outcome);
    return outcome;
  }

  private async forget(key: string, outcome: Promise<unknown>): Promise<void> {
    await outcome.catch(() => {}); // The caller of the step gets the error.
    if (this.ends.get(key) === outcome) this.ends.delete(key);
  }
}
