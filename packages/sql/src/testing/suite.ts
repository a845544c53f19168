import assert from 'node:assert/strict';
import type { SqlExecutor } from '../database/sql-executor.js';
import type { SqlFinalExecutor, SqlParticipant } from '../database/sql-transaction.js';
import type { OpenedSqlDatabase } from './sql-database-harness.js';

/** Returns the open database of the running case. */
export type Subject<Handle> = () => OpenedSqlDatabase<Handle>;

export const TABLE = 'catga_suite_row';

/** Table of the suite; two rows with the same `place` make a COMMIT fail. */
export const CREATE_TABLE =
  `CREATE TABLE IF NOT EXISTS ${TABLE} ` +
  '(id text PRIMARY KEY, place int, UNIQUE (place) DEFERRABLE INITIALLY DEFERRED)';

export const insertOf = (id: string, place = 'NULL'): string =>
  `INSERT INTO ${TABLE} (id, place) VALUES ('${id}', ${place})`;

/** Ids of the stored rows. */
export async function ids(executor: SqlExecutor): Promise<readonly unknown[]> {
  return (await executor.execute(`SELECT id FROM ${TABLE} ORDER BY id`)).map(({ id }) => id);
}

/** Stores its items as rows, and records the end of their transaction. */
export class RecordingParticipant implements SqlParticipant<string> {
  readonly calls: string[] = [];

  async beforeCommit(items: readonly string[], transaction: SqlFinalExecutor): Promise<void> {
    this.calls.push(`before ${items.join()}`);
    const stored = await transaction.executeLast(
      `INSERT INTO ${TABLE} (id) SELECT unnest($1::text[]) RETURNING id, length(id) AS length, place`,
      [items],
    );
    assert.deepEqual(
      stored.map((row) => ({ ...row })),
      items.map((id) => ({ id, length: id.length, place: null })),
    );
  }

  committed(items: readonly string[]): void {
    this.calls.push(`committed ${items.join()}`);
  }

  rolledBack(items: readonly string[]): void {
    this.calls.push(`rolled back ${items.join()}`);
  }
}
