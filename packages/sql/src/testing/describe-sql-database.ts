import { connectionCases, poolOfOneCases } from './connection-cases.js';
import { savepointCases } from './savepoint-cases.js';
import { CREATE_TABLE, TABLE } from './suite.js';
import { poolerCases, transactionCases } from './transaction-cases.js';
import { valueCases } from './value-cases.js';
import type { OpenedSqlDatabase, SqlDatabaseHarness } from './sql-database-harness.js';
import type { TestRunner } from './runner.js';

/**
 * Compliance suite of adapters. For your own adapter, call it in a test file with a real PostgreSQL.
 * @param name of the library, for the titles of the cases
 * @param runner test runner
 * @defaultValue runner the global functions of Jest, or of Vitest with `globals`
 *
 * @publicApi
 */
export function describeSqlDatabase<Handle>(
  name: string,
  harness: SqlDatabaseHarness<Handle>,
  runner: TestRunner = globalRunner(),
): void {
  runner.describe(`A database through ${name}`, () => {
    let opened: OpenedSqlDatabase<Handle> | undefined;
    const subject = (): OpenedSqlDatabase<Handle> => {
      if (opened === undefined) throw new Error('The database is not open.');
      return opened;
    };
    runner.beforeAll(async () => {
      opened = await harness.open(harness.hasConnections === false ? 1 : 3);
      await opened.database.root.execute(CREATE_TABLE);
    });
    runner.beforeEach(async () => {
      await subject().database.root.execute(`DELETE FROM ${TABLE}`);
    });
    runner.afterAll(async () => opened?.close());

    transactionCases(runner, subject);
    if (harness.preparesStatements !== true) poolerCases(runner, subject);
    savepointCases(runner, subject);
    valueCases(runner, subject);
    poolOfOneCases(runner, harness);
    if (harness.hasConnections !== false) connectionCases(runner, subject);
  });
}

function globalRunner(): TestRunner {
  return globalThis as typeof globalThis & TestRunner;
}
