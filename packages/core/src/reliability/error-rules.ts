import { matchesError } from '../contracts/error-match.js';
import type { ErrorMatch, OutcomeRules } from '../contracts/error-match.js';
import type { MessageType } from '../contracts/message-type.js';
import { CatgaError } from '../errors/catga-error.js';
import { isInfrastructureFailure } from './infrastructure-failure.js';

/** What errors of handlers mean: whether one is how the message ended, and whether another attempt can help. */
export class ErrorRules {
  constructor(
    private readonly outcomes: OutcomeRules,
    private readonly deadLetterOn: readonly ErrorMatch[],
  ) {}

  /**
   * Whether an error is how a request ended, to be replayed to a repeat, rather than something that kept it from running.
   * Catga's own errors never are.
   */
  isOutcome(type: MessageType, error: Error): boolean {
    if (error instanceof CatgaError) return false;
    const { only, except = [] } = type.outcomes ?? this.outcomes;
    if (matchesError(error, except)) return false;
    if (only !== undefined) return matchesError(error, only);
    // What the handler says of its own error goes before what it looks like.
    const { retryable } = error as { readonly retryable?: unknown };
    if (typeof retryable === 'boolean') return !retryable;
    return !isInfrastructureFailure(error);
  }

  /** Whether a reliable event or a queued command that failed so is tried again at all. */
  isWorthRetrying(type: MessageType, error: Error): boolean {
    if ((error as { readonly retryable?: unknown }).retryable === false) return false;
    return !matchesError(error, type.deadLetterOn ?? this.deadLetterOn);
  }
}
