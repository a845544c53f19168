import type { CatgaResult } from '../contracts/result.js';
import type { EnqueueReceipt, OutcomeOptions } from '../contracts/send-options.js';
import type { MessageIdentity } from '../ports/stored-message.js';

/** Waits for the outcome of a command. */
export type AwaitOutcome = (
  command: MessageIdentity,
  options: OutcomeOptions,
) => Promise<CatgaResult<unknown>>;

/** Receipt that can be sent on as JSON: the means to wait for the outcome are not among its fields. */
export class QueuedReceipt implements EnqueueReceipt {
  readonly #awaitOutcome: AwaitOutcome;

  constructor(
    readonly messageId: string,
    readonly name: string,
    readonly duplicate: boolean,
    awaitOutcome: AwaitOutcome,
  ) {
    this.#awaitOutcome = awaitOutcome;
  }

  outcome(options: OutcomeOptions = {}): Promise<CatgaResult<unknown>> {
    return this.#awaitOutcome(this, options);
  }
}
