import type { CatgaResult } from '../contracts/result.js';
import type { OutcomeOptions } from '../contracts/send-options.js';
import { CatgaError } from '../errors/catga-error.js';
import { cancelledError } from '../errors/message-errors.js';
import type { MessageIdentity } from '../ports/stored-message.js';
import type { QueuedOutcomes } from '../reliability/queued-outcomes.js';
import type { Timetable } from '../time/timetable.js';
import type { WaitingCallers } from '../pipeline/outcome-until.js';
import { outcomeUntil } from '../pipeline/outcome-until.js';

/** The engine's record of how queued commands ended. */
export interface OutcomeAccess {
  /** Throws `CATGA_SHUTTING_DOWN` while the engine is not connected. */
  outcomes(): QueuedOutcomes;
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
    const { timetable, waiting } = this;
    if (timeoutMs !== undefined && !(timeoutMs > 0))
      throw new CatgaError('CATGA_CONFIGURATION', `timeoutMs of ${name} must be above 0.`);
    if (signal?.aborted === true) throw cancelledError(name, signal);
    let isAwaited = true;
    const outcome = this.engine.outcomes().await(command, () => isAwaited);
    const giveUp = (): void => void (isAwaited = false);
    // The looking ends with the waiting, and what it fails with then is nobody's news.
    const patience = { name, timeoutMs, signal, timetable, waiting, giveUp, onLateFailure: () => {} };
    return (await outcomeUntil(outcome, patience)) as CatgaResult<unknown>;
  };
}

/** For a command whose end nobody was to record. */
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
