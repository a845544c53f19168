import type { CatgaError } from '../errors/catga-error.js';
import { toError } from '../errors/catga-error.js';
import { readOf } from '../errors/well-formed.js';
import { cancelledError, timeoutError } from '../errors/message-errors.js';
import type { Timetable, TimetableEntry } from '../time/timetable.js';
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
  return new Promise((resolve, reject) => {
    const wait = new PatientWait(patience, resolve, reject);
    outcome.then(wait.succeeded, wait.failed);
  });
}

/** One who waits, and its own entry in the timetable. */
class PatientWait implements TimetableEntry {
  readonly dueMs: number = Infinity;
  order = 0;
  isWaiting = false;
  private given: CatgaError | undefined;
  private readonly stopListening: (() => void) | undefined;

  constructor(
    private readonly patience: Patience,
    private readonly resolve: (value: unknown) => void,
    private readonly reject: (reason: unknown) => void,
  ) {
    const { name, timeoutMs, signal, timetable, waiting } = patience;
    if (timeoutMs !== undefined) {
      this.dueMs = timetable.nowMs + timeoutMs;
      timetable.add(this);
    }
    this.stopListening = signal && onAbort(signal, () => this.giveUp(cancelledError(name, signal)));
    waiting.add(this.giveUp);
  }

  /** The time is up. */
  run(): void {
    const { name, timeoutMs = 0 } = this.patience;
    this.giveUp(timeoutError(name, timeoutMs));
  }

  private readonly giveUp = (reason: CatgaError): void => {
    this.given = reason;
    this.settle();
    this.patience.giveUp(reason);
    this.reject(reason);
  };

  readonly succeeded = (value: unknown): void => {
    this.settle();
    this.resolve(value);
  };

  readonly failed = (thrown: unknown): void => {
    this.settle();
    if (this.given === undefined) this.reject(thrown);
    else if (thrown !== this.given && !isAbort(thrown)) this.patience.onLateFailure(toError(thrown));
  };

  private settle(): void {
    const { waiting, timetable } = this.patience;
    waiting.delete(this.giveUp);
    timetable.remove(this);
    this.stopListening?.();
  }
}

/** What a handler that obeys its signal fails with. */
function isAbort(thrown: unknown): boolean {
  return readOf(thrown, 'name') === 'AbortError';
}
