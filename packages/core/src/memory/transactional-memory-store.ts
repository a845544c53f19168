import type { HandlerTransactions, TransactionalClaim } from '../ports/handler-transactions.js';
import type { StoredOutcome } from '../ports/idempotency-store.js';
import type {
  OutboxClient,
  OutboxCounts,
  OutboxMessage,
  OutboxStore,
  TransactionalOutboxStore,
} from '../ports/outbox-store.js';
import type { MessageIdentity } from '../ports/stored-message.js';
import { joinedKey } from '../ids/joined-key.js';
import { outboxBytes } from '../reliability/outbox/outbox-quota.js';
import type { MemoryOutboxEntries, MemoryRecord } from './memory-outbox-store.js';
import type { MemoryTransaction, MemoryTransactions } from './memory-transactions.js';
import type { TransactionalMemoryRecords } from './transactional-memory-records.js';

/** Outbox store in memory that behaves as one in a database. */
export class TransactionalMemoryStore implements TransactionalOutboxStore, HandlerTransactions {
  constructor(
    private readonly store: OutboxStore,
    private readonly entries: MemoryOutboxEntries,
    private readonly transactions: MemoryTransactions,
    private readonly client: Pick<OutboxClient, 'committed'>,
    readonly records: TransactionalMemoryRecords,
  ) {}

  get isInTransaction(): boolean {
    return this.transactions.current !== undefined;
  }

  async add(messages: readonly OutboxMessage[], handle?: unknown): Promise<void> {
    const { entries, client } = this;
    const transaction = this.transactions.transactionOf(handle);
    if (transaction === undefined) return client.committed(entries.add(messages));
    const sizes = messages.map(outboxBytes);
    entries.quota.take(sizes);
    transaction.enlist(
      () => client.committed(entries.addReserved(messages)),
      () => sizes.forEach((bytes) => entries.quota.giveBack(bytes)),
    );
  }

  readonly list: OutboxStore['list'] = (...query) => this.store.list(...query);

  readonly park: OutboxStore['park'] = (...parked) => this.store.park(...parked);

  remove(ids: readonly string[]): Promise<void> {
    return this.store.remove(ids);
  }

  count(): Promise<OutboxCounts> {
    return this.store.count();
  }

  close(): Promise<void> {
    return this.store.close();
  }

  inTransaction<T>(work: (transaction: unknown) => Promise<T>): Promise<T> {
    return this.transactions.run(work);
  }

  async addHandled(subscription: string, { name, messageId }: MessageIdentity): Promise<boolean> {
    const key = joinedKey('handled', subscription, name, messageId);
    return (await this.claimKey(key, '')) === undefined;
  }

  async wasHandled(subscription: string, { name, messageId }: MessageIdentity): Promise<boolean> {
    const key = joinedKey('handled', subscription, name, messageId);
    return this.entries.records.has(key) && !this.entries.claims.has(key);
  }

  async claim(key: string, fingerprint: string): Promise<TransactionalClaim> {
    return claimOf(await this.claimKey(joinedKey('outcome', key), fingerprint), fingerprint);
  }

  async complete(key: string, outcome: StoredOutcome): Promise<void> {
    const full = joinedKey('outcome', key);
    const fingerprint = this.entries.records.get(full)?.fingerprint ?? '';
    this.entries.records.set(full, { fingerprint, outcome });
  }

  async record(key: string, fingerprint: string, outcome: StoredOutcome): Promise<TransactionalClaim> {
    return this.transactions.run(async () => {
      const claim = await this.claim(key, fingerprint);
      if (claim.state === 'claimed') await this.complete(key, outcome);
      return claim;
    });
  }

  /** Adds a record in the open transaction; returns the one that is there, once the transaction that added it has ended. */
  private async claimKey(key: string, fingerprint: string): Promise<MemoryRecord | undefined> {
    const { entries } = this;
    const pending = entries.claims;
    for (let other = pending.get(key); other !== undefined; other = pending.get(key)) await other;
    const recorded = entries.records.get(key);
    if (recorded !== undefined) return recorded;
    const transaction = this.current;
    entries.records.set(key, { fingerprint, outcome: undefined });
    let end = (): void => {};
    pending.set(key, new Promise((resolve) => (end = resolve)));
    const settle = (): void => {
      pending.delete(key);
      end();
    };
    transaction.enlist(settle, () => {
      entries.records.delete(key);
      settle();
    });
    return undefined;
  }

  private get current(): MemoryTransaction {
    const { current } = this.transactions;
    if (current === undefined) throw new TypeError('A record needs an open transaction.');
    return current;
  }
}

function claimOf(recorded: MemoryRecord | undefined, fingerprint: string): TransactionalClaim {
  if (recorded === undefined) return { state: 'claimed' };
  if (recorded.fingerprint !== fingerprint) return { state: 'mismatch' };
  return recorded.outcome === undefined
    ? { state: 'claimed' }
    : { state: 'finished', outcome: recorded.outcome };
}
