/** Who waits on each signal. A signal is its caller's; nothing is kept of it here once it is collected. */
const waiting = new WeakMap<AbortSignal, Set<() => void>>();

/**
 * Calls back once when a signal is aborted. However many wait on one signal, it has one listener, so that a batch of many
 * requests with one signal is no leak to Node.js, and none once nobody waits. Returns how to stop waiting.
 */
export function onAbort(signal: AbortSignal, listener: () => void): () => void {
  let listeners = waiting.get(signal);
  if (listeners === undefined) {
    listeners = new Set();
    waiting.set(signal, listeners);
  }
  const all = listeners;
  // Two that wait with one function are two.
  const own = (): void => listener();
  if (all.size === 0) signal.addEventListener('abort', tell, { once: true });
  all.add(own);
  return () => {
    if (all.delete(own) && all.size === 0) signal.removeEventListener('abort', tell);
  };
}

function tell(event: Event): void {
  const all = waiting.get(event.target as AbortSignal);
  if (all === undefined) return;
  const told = [...all];
  all.clear();
  for (const listener of told) listener();
}
