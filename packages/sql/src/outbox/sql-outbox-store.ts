import { CatgaError } from '@catga/core';
import type {
  HandlerTransactions,
  OutboxClient,
  OutboxCounts,
  OutboxEntry,
  OutboxFilter,
  OutboxMessage,
  OutboxState,
  TransactionalOutboxStore,
} from '@catga/core/outbox';
import type { SqlDatabase } from '../database/sql-database.js';
import type { SqlParticipant } from '../database/sql-transaction.js';
import { SqlRecords } from '../inbox/sql-records.js';
import { SqlRecordStore } from '../records/sql-record-store.js';
import type { ResolvedSqlOutboxOptions } from './sql-outbox-options.js';
import { CommitWatch } from './commit-watch.js';
import { rowOf } from './outbox-rows.js';
import type { OutboxRow } from './outbox-rows.js';
import { OutboxStatements } from './outbox-statements.js';

/** A message of an open transaction, and its entry once it is inserted. */
interface Buffered {
  readonly row: OutboxRow;
  entry: OutboxEntry | undefined;
}

/** The outbox of one namespace in a database, with the records of its handlers. */
export class SqlOutboxStore extends SqlRecords implements TransactionalOutboxStore, HandlerTransactions {
  readonly records: SqlRecordStore;
  private readonly statements: OutboxStatements;
  private readonly watch: CommitWatch;

  /** Collects the messages of a transaction: they are inserted by one statement, before its COMMIT. */
  private readonly buffer: SqlParticipant<Buffered> = {
    beforeCommit: async (items, transaction) => {
      const entries = await this.statements.insert(
        transaction,
        items.map(({ row }) => row),
        (sql, params) => transaction.executeLast(sql, params),
      );
      items.forEach((item, at) => (item.entry = entries[at]));
    },
    committed: (items) => this.client.committed(items.flatMap(({ entry }) => entry ?? [])),
    rolledBack() {},
  };

  constructor(
    database: SqlDatabase,
    private readonly client: OutboxClient,
    options: ResolvedSqlOutboxOptions,
  ) {
    super(database, client.namespace, options.retentionMs);
    this.records = new SqlRecordStore(database, client.namespace);
    this.statements = new OutboxStatements(client.namespace, (key) => client.known(key));
    this.watch = new CommitWatch(
      (ids) => this.statements.visible(this.database.root, ids),
      (entries) => client.committed(entries),
    );
  }

  get isWatching(): boolean {
    return this.watch.isBusy;
  }

  get isInTransaction(): boolean {
    return this.database.ambient() !== undefined;
  }

  async add(messages: readonly OutboxMessage[], handle?: unknown): Promise<void> {
    const { database, statements, client, buffer } = this;
    const transaction = handle === undefined ? database.ambient() : database.transactionOf(handle);
    const rows = messages.map(rowOf);
    if (transaction !== undefined) {
      for (const row of rows) transaction.enlist(buffer, { row, entry: undefined });
      return;
    }
    if (handle === undefined) {
      const entries = await database.outside(() => statements.insert(database.root, rows));
      return client.committed(entries);
    }
    const executor = database.executorOf(handle);
    if (executor === undefined) throw noTransactionError(database.name);
    this.watch.watch(await statements.insert(executor, rows));
  }

  list(
    state: OutboxState,
    limit: number,
    after?: string,
    filter: OutboxFilter = {},
  ): Promise<readonly OutboxEntry[]> {
    return this.statements.list(this.database.root, state, limit, after, filter);
  }

  remove(ids: readonly string[]): Promise<void> {
    return this.statements.remove(this.database.root, ids);
  }

  park(id: string, failure: Parameters<TransactionalOutboxStore['park']>[1]): Promise<void> {
    return this.statements.park(this.database.root, id, failure);
  }

  count(): Promise<OutboxCounts> {
    return this.statements.count(this.database.root);
  }

  /** The connections belong to the application. */
  async close(): Promise<void> {
    this.watch.stop();
  }
}

function noTransactionError(name: string): CatgaError {
  return new CatgaError(
    'CATGA_CONFIGURATION',
    `The option transaction is not an open transaction of ${name}(), the database of the outbox: pass its own handle.`,
  );
}
