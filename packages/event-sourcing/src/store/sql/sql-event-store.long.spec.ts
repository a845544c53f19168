import { PGlite } from '@electric-sql/pglite';
import { pglite } from '@catga/sql';
import { describeEventStore } from '@catga/testing/event-sourcing';
import { afterAll, beforeAll, describe, it } from '@jest/globals';
import { sqlEventStore } from './sql-event-storage.js';

let lite: PGlite;

beforeAll(async () => {
  lite = await PGlite.create();
});

afterAll(() => lite.close());

describeEventStore(
  'PGlite',
  {
    create: async () => {
      await lite.exec('DROP SCHEMA public CASCADE; CREATE SCHEMA public');
      return { storage: sqlEventStore(pglite(lite)) };
    },
    sideBySide: 30,
  },
  { describe, it },
);
