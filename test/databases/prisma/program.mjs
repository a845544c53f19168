// Runs the suite of databases through Prisma, by the test runner of Node.
// Arguments: URL of the server, path of the generated client.
import { after, before, beforeEach, describe, it } from 'node:test';
import { prisma } from '@catga/sql';
import { describeSqlDatabase } from '@catga/sql/testing';

const [, , connectionString, client] = process.argv;
const { PrismaPg } = await import('@prisma/adapter-pg');
const { PrismaClient } = await import(client);

describeSqlDatabase(
  'Prisma',
  {
    open: async (max) => {
      const opened = new PrismaClient({
        adapter: new PrismaPg({ connectionString, max }),
        transactionOptions: { maxWait: 60_000, timeout: 60_000 },
      });
      return {
        database: prisma(opened),
        transact: (work) => opened.$transaction(work),
        statement: (transaction, sql) => transaction.$executeRawUnsafe(sql),
        close: () => opened.$disconnect(),
      };
    },
  },
  { describe, it, beforeAll: before, beforeEach, afterAll: after },
);
