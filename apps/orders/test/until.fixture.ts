const POLL_MS = 25;

/** Resolves with the first value of `look` that passes `isIt`; rejects with the last one seen if none does in time. */
export async function until<T>(
  look: () => Promise<T> | T,
  isIt: (value: T) => boolean,
  withinMs = 50_000,
): Promise<T> {
  const deadline = performance.now() + withinMs;
  for (;;) {
    const value = await look();
    if (isIt(value)) return value;
    if (performance.now() > deadline) throw new Error(`Not within ${withinMs} ms: ${JSON.stringify(value)}`);
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}
