// Runs the suites of databases and of outboxes through Prisma, by the test runner of Node.
// Arguments: URL of the server, path of the generated client.
import { after, before, beforeEach, describe, it } from 'node:test';
import { prisma } from '@catga/sql';
import { describeSqlDatabase } from '@catga/sql/testing';
import { describeOutbox } from '../describe-outbox.js';

const [, , connectionString, client] = process.argv;
const { PrismaPg } = await import('@prisma/adapter-pg');
const { PrismaClient } = await import(client);

const harness = {
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
};
const runner = { describe, it, beforeAll: before, beforeEach, afterAll: after };

describeSqlDatabase('Prisma', harness, runner);
describeOutbox('Prisma', harness, runner);
