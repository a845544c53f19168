import { setTimeout as pause } from 'node:timers/promises';

const PATIENCE_MS = 150_000;
const LOOK_EVERY_MS = 20;

/** Waits until something is so, and resolves with it; fails if it is not so in time. */
export async function until<T>(look: () => T | Promise<T>): Promise<NonNullable<T>> {
  const deadlineMs = performance.now() + PATIENCE_MS;
  for (;;) {
    const seen = await look();
    if (seen !== undefined && seen !== null && seen !== false) return seen;
    if (performance.now() > deadlineMs) throw new Error(`It was not so in time: ${look.toString()}`);
    await pause(LOOK_EVERY_MS);
  }
}
