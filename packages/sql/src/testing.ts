// The entry for tests of adapters.
export { describeSqlDatabase } from './testing/describe-sql-database.js';
export type { TestRunner } from './testing/runner.js';
export type { OpenedSqlDatabase, SqlDatabaseHarness } from './testing/sql-database-harness.js';
