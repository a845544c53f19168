import { CatgaError } from '@catga/core';
import { toError } from '@catga/core/engine';
import type {
  HandlerTransactions,
  MessageIdentity,
  StoredOutcome,
  TransactionalClaim,
} from '@catga/core/outbox';
import type { SqlDatabase } from '../database/sql-database.js';
import type { SqlExecutor } from '../database/sql-executor.js';
import { toIndexedText } from './indexed-text.js';

/** Number of rows deleted by one statement, and of statements in a row. */
const CHUNK = 1000;
const MAX_CHUNKS = 100;

/** Inbox and outcomes of one namespace. */
export class SqlRecords implements HandlerTransactions {
  constructor(
    protected readonly database: SqlDatabase,
    private readonly namespace: string,
    /** Retention of handled messages, in milliseconds. */
    private readonly retentionMs: number,
  ) {}

  /** Always opens a transaction of its own, even inside another one, because each handled message commits separately. */
  async inTransaction<T>(work: (transaction: unknown) => Promise<T>): Promise<T> {
    let hasBegun = false;
    try {
      return await this.database.outside(() =>
        this.database.run(({ handle }) => {
          hasBegun = true;
          return work(handle);
        }),
      );
    } catch (thrown) {
      if (hasBegun || thrown instanceof CatgaError) throw thrown;
      throw new CatgaError(
        'CATGA_DATABASE_UNAVAILABLE',
        `Could not open a transaction: ${toError(thrown).message}`,
        { cause: thrown },
      );
    }
  }

  /** Blocks while another open transaction has inserted the same row. */
  async addHandled(subscription: string, message: MessageIdentity): Promise<boolean> {
    const added = await this.transaction.execute(
      `INSERT INTO catga_inbox (namespace, subscription, name, message_id) VALUES ($1, $2, $3, $4)
       ON CONFLICT DO NOTHING RETURNING 1 AS added`,
      this.handledKey(subscription, message),
    );
    return added.length > 0;
  }

  async wasHandled(subscription: string, message: MessageIdentity): Promise<boolean> {
    const found = await this.database.root.execute(
      'SELECT 1 AS found FROM catga_inbox WHERE namespace = $1 AND subscription = $2 AND name = $3 AND message_id = $4',
      this.handledKey(subscription, message),
    );
    return found.length > 0;
  }

  claim(key: string, fingerprint: string): Promise<TransactionalClaim> {
    return this.claimOn(this.transaction, key, fingerprint, undefined, 0);
  }

  async complete(key: string, { ok, body }: StoredOutcome, ttlMs: number): Promise<void> {
    await this.transaction.execute(
      `UPDATE catga_outcome SET ok = $3::boolean, outcome = $4::bytea,
         expires_at = clock_timestamp() + $5::float8 * interval '1 millisecond'
       WHERE namespace = $1 AND key = $2`,
      [this.namespace, toIndexedText(key), ok, bytesOf(body), ttlMs],
    );
  }

  record(
    key: string,
    fingerprint: string,
    outcome: StoredOutcome,
    ttlMs: number,
  ): Promise<TransactionalClaim> {
    return this.claimOn(this.database.root, key, fingerprint, outcome, ttlMs);
  }

  /** Deletes expired rows in chunks, so that no statement takes long. */
  async maintain(): Promise<void> {
    const { namespace, retentionMs } = this;
    await this.deleteChunks(
      `DELETE FROM catga_inbox WHERE ctid = ANY(ARRAY(
         SELECT ctid FROM catga_inbox
         WHERE namespace = $1 AND handled_at < clock_timestamp() - $2::float8 * interval '1 millisecond' LIMIT ${CHUNK}
       )) RETURNING 1 AS gone`,
      [namespace, retentionMs],
    );
    await this.deleteChunks(
      `DELETE FROM catga_outcome WHERE ctid = ANY(ARRAY(
         SELECT ctid FROM catga_outcome WHERE namespace = $1 AND expires_at < clock_timestamp() LIMIT ${CHUNK}
       )) RETURNING 1 AS gone`,
      [namespace],
    );
  }

  /** Inserts a record, or replaces an expired one; otherwise returns the existing one. */
  private async claimOn(
    on: SqlExecutor,
    key: string,
    fingerprint: string,
    outcome: StoredOutcome | undefined,
    ttlMs: number,
  ): Promise<TransactionalClaim> {
    const { namespace } = this;
    const databaseKey = toIndexedText(key);
    // A claim without an outcome is never visible to others: it is completed or rolled back.
    const claimed = await on.execute(
      `INSERT INTO catga_outcome (namespace, key, fingerprint, ok, outcome, expires_at)
       VALUES ($1, $2, $3, $4::boolean, $5::bytea, clock_timestamp() + $6::float8 * interval '1 millisecond')
       ON CONFLICT (namespace, key) DO UPDATE
         SET fingerprint = excluded.fingerprint, ok = excluded.ok, outcome = excluded.outcome, expires_at = excluded.expires_at
         WHERE catga_outcome.expires_at < clock_timestamp()
       RETURNING 1 AS claimed`,
      [
        namespace,
        databaseKey,
        fingerprint,
        outcome?.ok ?? null,
        outcome === undefined ? null : bytesOf(outcome.body),
        ttlMs,
      ],
    );
    if (claimed.length > 0) return { state: 'claimed' };
    const [row] = await on.execute(
      'SELECT fingerprint, ok, outcome FROM catga_outcome WHERE namespace = $1 AND key = $2',
      [namespace, databaseKey],
    );
    if (row === undefined) return this.claimOn(on, key, fingerprint, outcome, ttlMs); // It was deleted meanwhile.
    if (row['fingerprint'] !== fingerprint) return { state: 'mismatch' };
    const { ok, outcome: body } = row as { readonly ok: boolean; readonly outcome: Uint8Array };
    return { state: 'finished', outcome: { ok, body } };
  }

  private async deleteChunks(sql: string, params: readonly (string | number)[]): Promise<void> {
    for (let chunk = 0; chunk < MAX_CHUNKS; chunk++)
      if ((await this.database.root.execute(sql, params)).length < CHUNK) return;
  }

  private handledKey(subscription: string, { name, messageId }: MessageIdentity): readonly string[] {
    return [this.namespace, toIndexedText(subscription), toIndexedText(name), toIndexedText(messageId)];
  }

  private get transaction(): SqlExecutor {
    const transaction = this.database.ambient();
    if (transaction === undefined) throw new TypeError('A record needs an open transaction.');
    return transaction;
  }
}

function bytesOf(body: string | Uint8Array): Uint8Array {
  return typeof body === 'string' ? Buffer.from(body) : body;
}
