/** Those who wait for the end of a process, by its id. */
export class Waiting<T> {
  private readonly ends = new Map<string, (end: T) => void>();

  /** Starts a process. Resolves with its end. */
  async until(id: string, start: () => Promise<unknown>): Promise<T> {
    const ended = new Promise<T>((resolve) => void this.ends.set(id, resolve));
    await start();
    return ended;
  }

  ended(id: string, end: T): void {
    this.ends.get(id)?.(end);
    this.ends.delete(id);
  }
}
