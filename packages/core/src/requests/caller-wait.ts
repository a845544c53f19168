import type { CatgaError } from '../errors/catga-error.js';
import type { Admission } from '../pipeline/admission/admission.js';
import type { HandlerContext } from '../pipeline/handler-context.js';
import type { MessageEnvelope } from '../pipeline/message-envelope.js';
import { PatientWait } from '../pipeline/patient-wait.js';
import type { WaitingCallers } from '../pipeline/patient-wait.js';
import type { CatgaErrorSink } from '../reliability/failure-sink.js';
import type { Timetable } from '../time/timetable.js';

/** A caller that waits for the handler in this process, which is told when the caller gives up. Keeps the node busy until the handler has ended. */
export class CallerWait extends PatientWait {
  constructor(
    timetable: Timetable,
    waiting: WaitingCallers,
    private readonly admission: Pick<Admission, 'beginWork' | 'endWork'>,
    private readonly failures: CatgaErrorSink,
    private readonly envelope: MessageEnvelope,
    private readonly context: HandlerContext,
    timeoutMs: number | undefined,
    signal: AbortSignal | undefined,
  ) {
    super(timetable, waiting, envelope.name, timeoutMs, signal);
    admission.beginWork();
  }

  protected override ended(): void {
    this.admission.endWork();
  }

  protected gaveUp(reason: CatgaError): void {
    this.context.cancellation.cancel(reason);
  }

  protected failedLate(error: Error): void {
    const { envelope } = this;
    this.failures.report({
      error,
      source: envelope.handler,
      envelope,
      attempt: 1,
      disposition: 'none',
    });
  }
}
