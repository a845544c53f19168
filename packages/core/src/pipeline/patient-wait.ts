import type { CatgaError } from '../errors/catga-error.js';
import { toError } from '../errors/catga-error.js';
import { readOf } from '../errors/well-formed.js';
import { cancelledError, timeoutError } from '../errors/message-errors.js';
import type { Timetable, TimetableEntry } from '../time/timetable.js';
import { onAbort } from '../time/abort-listeners.js';

/** One who waits for no longer than the node works. */
export interface WaitingCaller {
  /** Where {@link WaitingCallers} has it. */
  place: number;
  /** Told why it waits in vain. */
  giveUp(reason: CatgaError): void;
}

/** All that wait; a node that stops ends their waiting. */
export class WaitingCallers {
  private readonly callers: WaitingCaller[] = [];

  get size(): number {
    return this.callers.length;
  }

  add(caller: WaitingCaller): void {
    caller.place = this.callers.push(caller) - 1;
  }

  delete(caller: WaitingCaller): void {
    const { callers } = this;
    if (callers[caller.place] !== caller) return;
    const last = callers.pop() ?? caller;
    if (last === caller) return;
    // The last one takes its place.
    callers[caller.place] = last;
    last.place = caller.place;
  }

  giveUp(reason: CatgaError): void {
    for (const caller of this.callers.slice()) caller.giveUp(reason);
  }
}

/** One who waits for an outcome, for a time at most or until a signal is aborted; and its own entry in the timetable. */
export abstract class PatientWait implements TimetableEntry, WaitingCaller {
  dueMs = Infinity;
  order = 0;
  place = -1;
  isWaiting = false;
  private given: CatgaError | undefined;
  private stopListening: (() => void) | undefined;
  private resolve: ((value: unknown) => void) | undefined;
  private reject: ((reason: unknown) => void) | undefined;

  constructor(
    private readonly timetable: Timetable,
    private readonly waiting: WaitingCallers,
    private readonly name: string,
    private readonly timeoutMs: number | undefined,
    private readonly signal: AbortSignal | undefined,
  ) {}

  /** Told why, once, when the waiting ends before the outcome. */
  protected abstract gaveUp(reason: CatgaError): void;

  /** Told of a failure that came after the waiting had ended, for any other reason than that. */
  protected abstract failedLate(error: Error): void;

  /** Told that there is an outcome, whether it is waited for or not. */
  protected ended?(): void;

  /** The outcome, or the reason why nobody waits for it any more, whichever comes first. */
  until(outcome: Promise<unknown>): Promise<unknown> {
    const { timetable, timeoutMs, signal, name } = this;
    if (timeoutMs !== undefined) {
      this.dueMs = timetable.nowMs + timeoutMs;
      timetable.add(this);
    }
    if (signal !== undefined)
      this.stopListening = onAbort(signal, () => this.giveUp(cancelledError(name, signal)));
    this.waiting.add(this);
    outcome.then(
      (value) => this.succeeded(value),
      (thrown: unknown) => this.failed(thrown),
    );
    return new Promise((resolve, reject) => {
      this.resolve = resolve;
      this.reject = reject;
    });
  }

  /** The time is up. */
  run(): void {
    this.giveUp(timeoutError(this.name, this.timeoutMs ?? 0));
  }

  giveUp(reason: CatgaError): void {
    this.given = reason;
    this.settle();
    this.gaveUp(reason);
    this.reject?.(reason);
  }

  private succeeded(value: unknown): void {
    this.settle();
    this.ended?.();
    this.resolve?.(value);
  }

  private failed(thrown: unknown): void {
    this.settle();
    this.ended?.();
    if (this.given === undefined) this.reject?.(thrown);
    else if (thrown !== this.given && !isAbort(thrown)) this.failedLate(toError(thrown));
  }

  private settle(): void {
    this.waiting.delete(this);
    this.timetable.remove(this);
    this.stopListening?.();
  }
}

/** What a handler that obeys its signal fails with. */
function isAbort(thrown: unknown): boolean {
  return readOf(thrown, 'name') === 'AbortError';
}
