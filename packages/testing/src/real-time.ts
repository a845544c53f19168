// Captured when the module is loaded, so that fake timers do not affect them.
const { setTimeout: startTimer, clearTimeout: stopTimer } = globalThis;

/** Calls back after a delay of real time, without keeping the process alive. Returns a function that cancels it. */
export function afterRealTime(delayMs: number, callback: () => void): () => void {
  const timer = startTimer(callback, delayMs);
  timer.unref();
  return () => stopTimer(timer);
}

/** Rejects with the error of `late` if `work` takes longer than `limitMs` of real time. */
export async function withinRealTime<T>(work: Promise<T>, limitMs: number, late: () => Error): Promise<T> {
  let callOff = (): void => {};
  const limit = new Promise<never>((_resolve, reject) => {
    const timer = startTimer(() => reject(late()), limitMs);
    callOff = () => stopTimer(timer);
  });
  try {
    return await Promise.race([work, limit]);
  } finally {
    callOff();
  }
}
