import type { CatgaResult } from '../contracts/result.js';
import type { OutcomeOptions } from '../contracts/send-options.js';
import { CatgaError } from '../errors/catga-error.js';
import { cancelledError } from '../errors/message-errors.js';
import type { MessageIdentity } from '../ports/stored-message.js';
import type { QueuedOutcomes } from '../reliability/queued-outcomes.js';
import type { Timetable } from '../time/timetable.js';
import { PatientWait } from '../pipeline/patient-wait.js';
import type { WaitingCallers } from '../pipeline/patient-wait.js';

/** Access to the engine's outcomes of queued commands. */
export interface OutcomeAccess {
  /** Throws `CATGA_SHUTTING_DOWN` while the engine is not connected. */
  outcomes(): QueuedOutcomes;
}

/** Caller that waits for a queued command to end. Polling ends with the wait; later errors of it are ignored. */
class CommandWait extends PatientWait {
  isAwaited = true;

  protected gaveUp(): void {
    this.isAwaited = false;
  }

  protected failedLate(): void {}
}

/** Waits for queued commands to end. */
export class OutcomeWaiter {
  constructor(
    private readonly engine: OutcomeAccess,
    private readonly timetable: Timetable,
    private readonly waiting: WaitingCallers,
  ) {}

  /** `CATGA_TIMEOUT`, `CATGA_CANCELLED`, `CATGA_SHUTTING_DOWN` when the waiting ends first. */
  readonly wait = async (
    command: MessageIdentity,
    { timeoutMs, signal }: OutcomeOptions,
  ): Promise<CatgaResult<unknown>> => {
    const { name } = command;
    if (timeoutMs !== undefined && !(timeoutMs > 0))
      throw new CatgaError('CATGA_CONFIGURATION', `timeoutMs of ${name} must be above 0.`);
    if (signal?.aborted === true) throw cancelledError(name, signal);
    const wait = new CommandWait(this.timetable, this.waiting, name, timeoutMs, signal);
    const outcome = this.engine.outcomes().await(command, () => wait.isAwaited);
    return (await wait.until(outcome)) as CatgaResult<unknown>;
  };
}

/** Error of a wait for a command that was queued without `keepOutcome`. */
export function withoutOutcome({ name }: MessageIdentity): Promise<never> {
  return Promise.reject(
    new CatgaError(
      'CATGA_UNSUPPORTED',
      `${name} was queued without \`keepOutcome\`: nobody records how it ends.`,
      {
        details: { name },
      },
    ),
  );
}
