import type { CatgaError } from '../errors/catga-error.js';
import { toError } from '../errors/catga-error.js';
import { readOf } from '../errors/well-formed.js';
import { cancelledError, timeoutError } from '../errors/message-errors.js';
import type { Timetable } from '../time/timetable.js';
import { onAbort } from '../time/abort-listeners.js';

/** Callers that wait for no longer than the node works; each is told why it waits in vain. */
export type WaitingCallers = Set<(reason: CatgaError) => void>;

/** How long somebody waits for an outcome. */
export interface Patience {
  readonly name: string;
  readonly timeoutMs: number | undefined;
  readonly signal: AbortSignal | undefined;
  readonly timetable: Timetable;
  /** All that wait; a node that stops ends their waiting. */
  readonly waiting: WaitingCallers;
  /** Told why, once, when the waiting ends before the outcome. */
  giveUp(reason: CatgaError): void;
  /** Told of a failure that came after the waiting had ended, for any other reason than that. */
  onLateFailure(error: Error): void;
}

/** The outcome, or the reason why nobody waits for it any more, whichever comes first. */
export function outcomeUntil(outcome: Promise<unknown>, patience: Patience): Promise<unknown> {
  const { name, timeoutMs, signal, timetable, waiting } = patience;
  return new Promise((resolve, reject) => {
    let given: CatgaError | undefined;
    const giveUp = (reason: CatgaError): void => {
      given = reason;
      settle();
      patience.giveUp(reason);
      reject(reason);
    };
    const deadline =
      timeoutMs === undefined
        ? undefined
        : timetable.after(timeoutMs, () => giveUp(timeoutError(name, timeoutMs)));
    const stopListening = signal && onAbort(signal, () => giveUp(cancelledError(name, signal)));
    waiting.add(giveUp);
    const settle = (): void => {
      waiting.delete(giveUp);
      if (deadline !== undefined) timetable.remove(deadline);
      stopListening?.();
    };
    outcome.then(
      (value) => {
        settle();
        resolve(value);
      },
      (thrown: unknown) => {
        settle();
        if (given === undefined) return reject(thrown);
        if (thrown !== given && !isAbort(thrown)) patience.onLateFailure(toError(thrown));
      },
    );
  });
}

/** What a handler that obeys its signal fails with. */
function isAbort(thrown: unknown): boolean {
  return readOf(thrown, 'name') === 'AbortError';
}
