import type { StoredOutcome } from '../ports/idempotency-store.js';
import type { NodeAddress } from '../ports/links.js';
import type { LoggedOutcome, OutcomeLog } from '../ports/outcome-log.js';
import { ExpiringMap } from './expiring-map.js';

/** What the nodes of one namespace have finished. */
export class MemoryOutcomeLog implements OutcomeLog {
  private readonly outcomes: ExpiringMap<StoredOutcome>;

  constructor(monotonicMs: () => number) {
    this.outcomes = new ExpiringMap(monotonicMs);
  }

  append(node: NodeAddress, outcomes: readonly LoggedOutcome[], ttlMs: number): Promise<void> {
    for (const { id, outcome } of outcomes) this.outcomes.set(keyOf(node, id), outcome, ttlMs);
    return Promise.resolve();
  }

  find(node: NodeAddress, id: string): Promise<StoredOutcome | undefined> {
    return Promise.resolve(this.outcomes.get(keyOf(node, id)));
  }
}

function keyOf({ nodeId, incarnation }: NodeAddress, id: string): string {
  return `${nodeId} ${incarnation} ${id}`;
}
