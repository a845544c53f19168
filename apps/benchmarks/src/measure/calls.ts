/** Calls one at a time, each awaited, as application code does. What comes back is used, so none of it is optimised away. */
export async function oneAtATime(calls: number, call: (turn: number) => unknown): Promise<void> {
  let used = 0;
  for (let turn = 0; turn < calls; turn++) used ^= Number(await call(turn));
  keep(used);
}

/** So many calls at once, then the next so many when all of them have ended. */
export async function inBatches(
  calls: number,
  size: number,
  batch: (from: number, to: number) => Promise<readonly unknown[]>,
): Promise<void> {
  let used = 0;
  for (let from = 0; from < calls; from += size) used ^= (await batch(from, from + size)).length;
  keep(used);
}

/** Counts what handlers did, and says when they have done all that was asked. */
export class Handled {
  count = 0;

  /** Resolves once `count` has reached `expected`; the event loop turns meanwhile. */
  async reaches(expected: number): Promise<void> {
    for (const start = performance.now(); this.count < expected;) {
      if (performance.now() - start > 30_000) {
        throw new Error(`Only ${this.count} of ${expected} messages were handled.`);
      }
      await new Promise<void>((resolve) => setImmediate(resolve));
    }
  }
}

let kept = 0;

/** Uses a value in a way the compiler cannot see through. */
export function keep(value: number): void {
  kept = (kept + value) | 0;
}
