import type { StoredOutcome } from '../ports/idempotency-store.js';
import type { NodeAddress } from '../ports/links.js';
import type { LoggedOutcome, OutcomeLog } from '../ports/outcome-log.js';
import type { Expiring } from './expiring-map.js';
import { ExpiringMap, expiryOf } from './expiring-map.js';

type KeptOutcome = Expiring & { readonly outcome: StoredOutcome };

/** Outcome log of one namespace. */
export class MemoryOutcomeLog implements OutcomeLog {
  private readonly outcomes: ExpiringMap<KeptOutcome>;

  constructor(monotonicMs: () => number) {
    this.outcomes = new ExpiringMap<KeptOutcome>(monotonicMs, expiryOf);
  }

  append(node: NodeAddress, outcomes: readonly LoggedOutcome[], ttlMs: number): Promise<void> {
    const expiresAtMs = this.outcomes.expiry(ttlMs);
    for (const { id, outcome } of outcomes) this.outcomes.set(keyOf(node, id), { outcome, expiresAtMs });
    return Promise.resolve();
  }

  find(node: NodeAddress, id: string): Promise<StoredOutcome | undefined> {
    return Promise.resolve(this.outcomes.get(keyOf(node, id))?.outcome);
  }
}

function keyOf({ nodeId, incarnation }: NodeAddress, id: string): string {
  return `${nodeId} ${incarnation} ${id}`;
}
