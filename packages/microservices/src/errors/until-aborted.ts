import { defer, fromEvent, map, of, takeUntil } from 'rxjs';
import type { MonoTypeOperatorFunction } from 'rxjs';

/**
 * Operator that fails with the reason of a signal once it is aborted, instead of ending: what was given up must not count as a success
 * without a result.
 */
export function untilAborted<T>(signal: AbortSignal): MonoTypeOperatorFunction<T> {
  const aborted = defer(() => (signal.aborted ? of(signal) : fromEvent(signal, 'abort')));
  return takeUntil(
    aborted.pipe(
      map(() => {
        throw signal.reason as Error;
      }),
    ),
  );
}
