import type { FailureReport } from '../contracts/error-report.js';
import { recordOf } from '../errors/error-record.js';
import type { NodeFailure } from './admin-contracts.js';

/** Maximum number of failures kept by a node. */
const MOST_FAILURES = 100;

/** Latest failures of a node that reached no caller. */
export class FailureLog {
  private readonly failures: NodeFailure[] = [];

  constructor(private readonly nowMs: () => number) {}

  readonly add = ({ source, error, envelope, attempt, disposition }: FailureReport): void => {
    const message = envelope && { name: envelope.name, messageId: envelope.messageId };
    this.failures.push({
      atMs: this.nowMs(),
      source,
      error: recordOf(error),
      ...message,
      attempt,
      disposition,
    });
    if (this.failures.length > MOST_FAILURES) this.failures.shift();
  };

  /** Latest failures, the newest last. */
  get latest(): readonly NodeFailure[] {
    return [...this.failures];
  }
}
