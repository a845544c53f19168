import { afterAll } from '@jest/globals';
import { PGlite } from '@electric-sql/pglite';
import { pglite } from '@catga/sql';
import { describeSqlDatabase } from '@catga/sql/testing';
import type { Transaction } from '@electric-sql/pglite';

/** One for all cases: it takes a second to start. */
const started = new PGlite();

describeSqlDatabase('PGlite', {
  hasConnections: false,
  open: async () => ({
    database: pglite(started),
    transact: (work: (transaction: Transaction) => Promise<void>) => started.transaction(work),
    statement: async (transaction: Transaction, sql: string) => void (await transaction.query(sql)),
    rollback: (transaction: Transaction) => transaction.rollback(),
    close: async () => {},
  }),
});

afterAll(() => started.close());
