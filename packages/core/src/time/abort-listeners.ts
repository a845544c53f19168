/** Callbacks per signal, held weakly. */
const waiting = new WeakMap<AbortSignal, Set<() => void>>();

/**
 * Calls back once when a signal is aborted. A signal has one listener for all callbacks, so that a batch of many
 * requests with one signal causes no leak warning, and none without callbacks. Returns a function that stops.
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
