import type { LoggedOutcome, NodeAddress, OutcomeLog, StoredOutcome } from '@catga/core/engine';
import type { KeySpace } from '../connection/key-space.js';
import type { RedisSession } from '../connection/redis-session.js';

const SUCCESS = 1;

/**
 * Outcome log: a key with a time to live per outcome. Only unacknowledged replies are logged, so there are
 * few, and on failover a node looks one up by its id instead of reading all outcomes of the other node.
 */
export class RedisOutcomeLog implements OutcomeLog {
  constructor(
    private readonly session: RedisSession,
    private readonly keys: KeySpace,
  ) {}

  async append(node: NodeAddress, outcomes: readonly LoggedOutcome[], ttlMs: number): Promise<void> {
    await Promise.all(
      outcomes.map(({ id, outcome }) => {
        const key = this.keys.outcome(node, id);
        const { ok, body } = outcome;
        const value = Buffer.allocUnsafe(1 + Buffer.byteLength(body));
        value[0] = ok ? SUCCESS : 0;
        if (typeof body === 'string') value.write(body, 1);
        else value.set(body, 1);
        return this.session.ask((client) => client.set(key, value, 'PX', Math.ceil(ttlMs)), value.byteLength);
      }),
    );
  }

  async find(node: NodeAddress, id: string): Promise<StoredOutcome | undefined> {
    const key = this.keys.outcome(node, id);
    const value = await this.session.ask((client) => client.getBuffer(key));
    if (value === null || value.byteLength === 0) return undefined;
    return { ok: value[0] === SUCCESS, body: new Uint8Array(value.subarray(1)) };
  }
}
