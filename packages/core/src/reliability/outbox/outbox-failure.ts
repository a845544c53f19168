import type { FailureReport } from '../../contracts/error-report.js';

/** A failure of the outbox itself, as the error sink is told of it. */
export function outboxFailure(error: Error): FailureReport {
  return { error, source: 'outbox', envelope: undefined, attempt: 0, disposition: 'none' };
}
