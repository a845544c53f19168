import type { SqlAdapter, SqlRow, SqlValue } from '@catga/sql';

/** A library without a database: records its statements, and fails those it is told to fail. */
export class RecordingLibrary {
  readonly statements: string[] = [];
  readonly values: SqlValue[][] = [];
  failing: string | undefined;
  isCommitted = false;

  query(sql: string, values: SqlValue[]): Promise<readonly SqlRow[]> {
    this.statements.push(sql);
    this.values.push(values);
    return sql === this.failing ? Promise.reject(new Error(`${sql} failed`)) : Promise.resolve([]);
  }
}

/** A transaction of it. */
export class RecordingTransaction {
  constructor(readonly of: RecordingLibrary) {}

  query(sql: string, values: SqlValue[]): Promise<readonly SqlRow[]> {
    return this.of.query(sql, values);
  }
}

export const recordingAdapter: SqlAdapter<RecordingLibrary, RecordingTransaction> = {
  name: 'recording',
  isSource: (value) => value instanceof RecordingLibrary,
  isHandle: (value) => value instanceof RecordingTransaction,
  query: (on, sql, values) => (on instanceof RecordingTransaction ? on.of : on).query(sql, values),
  async transaction(library, work) {
    await library.query('BEGIN', []);
    try {
      const result = await work(new RecordingTransaction(library));
      if (!library.isCommitted) await library.query('COMMIT', []);
      return result;
    } catch (thrown) {
      await library.query('ROLLBACK', []);
      throw thrown;
    }
  },
};

/** One that sends the last statement and COMMIT together. */
export const committingAdapter: typeof recordingAdapter = {
  ...recordingAdapter,
  async commit({ of }, last) {
    of.isCommitted = true;
    return of.query(last === undefined ? 'COMMIT' : `${last.sql}; COMMIT`, last?.values ?? []);
  },
};
