import type { DeadLetterFilter } from '../contracts/dead-letter.js';
import type { StoredDeadLetter } from '../ports/dead-letter-store.js';

/** Filterable fields of a dead letter. */
export interface DeadLetterFacts {
  readonly id: string;
  readonly subscription: string;
  readonly messageId: string;
  readonly name: string;
  readonly errorCode?: string | undefined;
  readonly failedAtMs: number;
}

export function factsOfDeadLetter({ id, subscription, stored, failure }: StoredDeadLetter): DeadLetterFacts {
  const { messageId, name } = stored;
  const failedAtMs = failure.failedAt.getTime();
  const { code } = failure.error;
  const errorCode = code === undefined ? undefined : String(code);
  return { id, subscription, messageId, name, errorCode, failedAtMs };
}

/** Whether a dead letter matches a filter. */
export function matchesDeadLetter(facts: DeadLetterFacts, filter: DeadLetterFilter): boolean {
  return (
    (filter.messageId === undefined || facts.messageId === filter.messageId) &&
    (filter.name === undefined || facts.name === filter.name) &&
    (filter.subscription === undefined || facts.subscription === filter.subscription) &&
    (filter.errorCode === undefined || facts.errorCode === filter.errorCode) &&
    (filter.since === undefined || facts.failedAtMs >= filter.since.getTime()) &&
    (filter.until === undefined || facts.failedAtMs < filter.until.getTime())
  );
}
