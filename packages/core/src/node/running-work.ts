import type { CatgaError } from '../errors/catga-error.js';
import { WaitingCallers } from '../pipeline/patient-wait.js';
import type { Cancellation } from '../time/cancellation.js';

/** What runs and who waits for it, so that a node that stops can end both. */
export class RunningWork {
  readonly waiting = new WaitingCallers();
  private readonly abortable = new Set<Cancellation>();
  private abortReason: CatgaError | undefined;

  /** Whether what still ran was given up. */
  get isAborted(): boolean {
    return this.abortReason !== undefined;
  }

  /** A handler holds a signal: it is aborted if the node stops before there is an outcome. */
  abortOnStop(cancellation: Cancellation, outcome: Promise<unknown>): void {
    if (this.abortReason !== undefined) return cancellation.cancel(this.abortReason);
    this.abortable.add(cancellation);
    const forget = (): void => void this.abortable.delete(cancellation);
    outcome.then(forget, forget);
  }

  /** Aborts the signals of all that still runs, and refuses what waits for it. */
  abort(reason: CatgaError): void {
    this.abortReason = reason;
    for (const cancellation of this.abortable) cancellation.cancel(reason);
    this.stopWaiting(reason);
  }

  /** Tells whoever still waits for something that there will be nothing. */
  stopWaiting(reason: CatgaError): void {
    this.waiting.giveUp(reason);
  }
}
