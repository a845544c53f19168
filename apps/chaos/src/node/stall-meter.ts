/** How often a process looks at the clock. */
const LOOK_EVERY_MS = 50;
/** A process that stood still for longer could not renew what it holds in time. */
const REPORTED_MS = 500;

/** Logs when this process stood still, so that a slow machine is seen in the evidence of a broken promise. */
export function reportStalls(): void {
  let beforeMs = performance.now();
  setInterval(() => {
    const nowMs = performance.now();
    const lateMs = Math.round(nowMs - beforeMs - LOOK_EVERY_MS);
    beforeMs = nowMs;
    if (lateMs >= REPORTED_MS)
      process.stdout.write(`${new Date().toISOString()} stood still for ${lateMs} ms\n`);
  }, LOOK_EVERY_MS).unref();
}
