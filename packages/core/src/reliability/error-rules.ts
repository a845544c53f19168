import { matchesError } from '../contracts/error-match.js';
import type { ErrorMatch, OutcomeRules } from '../contracts/error-match.js';
import type { MessageType } from '../contracts/message-type.js';
import { CatgaError } from '../errors/catga-error.js';
import { isInfrastructureFailure } from './infrastructure-failure.js';

/** Classification of handler errors: whether an error is an outcome, and whether it is retried. */
export class ErrorRules {
  constructor(
    private readonly outcomes: OutcomeRules,
    private readonly deadLetterOn: readonly ErrorMatch[],
  ) {}

  /**
   * Whether an error is an outcome, which is replayed to a repeat. Catga's own errors never are.
   */
  isOutcome(type: MessageType, error: Error): boolean {
    if (error instanceof CatgaError) return false;
    const { only, except = [] } = type.outcomes ?? this.outcomes;
    if (matchesError(error, except)) return false;
    if (only !== undefined) return matchesError(error, only);
    // The error's own `retryable` takes precedence.
    const { retryable } = error as { readonly retryable?: unknown };
    if (typeof retryable === 'boolean') return !retryable;
    return !isInfrastructureFailure(error);
  }

  /** Whether a reliable event or a queued command is retried after an error. */
  isWorthRetrying(type: MessageType, error: Error): boolean {
    if ((error as { readonly retryable?: unknown }).retryable === false) return false;
    return !matchesError(error, type.deadLetterOn ?? this.deadLetterOn);
  }
}
