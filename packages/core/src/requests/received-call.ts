import type { ReceivedEnd, ReceivedWork, TakenRequest } from '../cluster/answering/taken-request.js';
import type { CatgaError } from '../errors/catga-error.js';
import { timeoutError } from '../errors/message-errors.js';
import type { Admission } from '../pipeline/admission/admission.js';
import type { HandlerContext } from '../pipeline/handler-context.js';
import type { Timetable, TimetableEntry } from '../time/timetable.js';

/** A request of another node while it is handled here; its own entry in the timetable, for its deadline. */
export class ReceivedCall implements ReceivedWork, TimetableEntry {
  readonly dueMs: number;
  order = 0;
  isWaiting = false;

  constructor(
    private readonly context: HandlerContext,
    /** How long its caller waits. */
    private readonly remainingMs: number | undefined,
    private readonly request: TakenRequest,
    private readonly end: ReceivedEnd,
    /** Where it has a place to give back. */
    private readonly admission: Admission | undefined,
    private readonly timetable: Timetable,
  ) {
    this.dueMs = context.deadlineMs ?? Infinity;
  }

  /** Ends with this. */
  follow(outcome: Promise<unknown>): void {
    if (this.remainingMs !== undefined) this.timetable.add(this);
    outcome.then(
      (value) => {
        this.settle();
        this.end.succeeded(this.request, value);
      },
      (thrown: unknown) => {
        this.settle();
        this.end.failed(this.request, thrown, this.context.hasBegun);
      },
    );
  }

  /** Its time is over. */
  run(): void {
    this.cancel(timeoutError(this.context.name, this.remainingMs ?? 0));
  }

  cancel(reason: CatgaError): void {
    this.context.cancellation.cancel(reason);
  }

  private settle(): void {
    this.timetable.remove(this);
    this.admission?.leave();
  }
}
