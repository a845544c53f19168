import { memory } from '@catga/core';
import { describe, expect, it } from '@jest/globals';
import { SqlLabs } from '../outbox/sql.fixture.js';
import type { SqlLab } from '../outbox/sql.fixture.js';
import { sqlOutbox } from '../outbox/sql-outbox.js';
import type { SqlOutboxOptions } from '../outbox/sql-outbox-options.js';
import { OUTBOX_SCHEMA, SCHEMA_FILES, sqlSchema } from './schema-files.js';
import { stepsTable } from './schema-set.js';

const labs = new SqlLabs();

const open = async ({ database }: Pick<SqlLab, 'database'>, options?: SqlOutboxOptions): Promise<void> => {
  const client = { namespace: 'catga', nodeId: 'raw', committed() {}, known: () => [], resolve() {} };
  await (await sqlOutbox(database, options).open(client)).close();
};

describe('the schema of the outbox', () => {
  it('is created by many nodes at once, and found by later ones', async () => {
    const lab = await labs.create();
    const others = Array.from({ length: 8 }, () => lab.another());
    await Promise.all([lab, ...others, lab, lab, lab].map((each) => open(each)));
    await open(lab, { schema: 'verify' });
    expect((await lab.pool.query('SELECT version FROM catga_schema ORDER BY version')).rows).toEqual([
      { version: 1 },
      { version: 2 },
    ]);
  });

  it('can be created by the printed script', async () => {
    const lab = await labs.create();
    await lab.pool.query(sqlSchema());
    await open(lab, { schema: 'verify' });
    await open(lab);
  });

  it("of an older version is refused with schema 'verify', and brought up to date by 'create' or the rest of the script", async () => {
    for (const bring of ['create', 'script'] as const) {
      const lab = await labs.create();
      const [first] = SCHEMA_FILES;
      await lab.pool.query(
        `${stepsTable(OUTBOX_SCHEMA)}; ${first?.sql}; INSERT INTO catga_schema VALUES (1)`,
      );
      await expect(open(lab, { schema: 'verify' })).rejects.toMatchObject({
        code: 'CATGA_CONFIGURATION',
        message: expect.stringContaining(
          'has version 1 of them. Apply the script of sqlSchema(1)',
        ) as unknown,
      });
      if (bring === 'create') await open(lab);
      else await lab.pool.query(sqlSchema(1));
      await open(lab, { schema: 'verify' });
    }
  });

  it('is refused if one of its tables is gone', async () => {
    const lab = await labs.create();
    await open(lab);
    await lab.pool.query('DROP TABLE catga_inbox');
    for (const schema of ['verify', 'create'] as const)
      await expect(open(lab, { schema })).rejects.toMatchObject({
        code: 'CATGA_CONFIGURATION',
        details: { table: 'catga_inbox' },
      });
  });

  it("keeps a node with schema 'verify' from starting where it is missing or newer", async () => {
    const lab = await labs.create();
    const verify = (): Promise<void> => open(lab, { schema: 'verify' });
    await expect(verify()).rejects.toMatchObject({
      code: 'CATGA_CONFIGURATION',
      message: expect.stringContaining(
        'but the database has none. Apply the script of sqlSchema(0)',
      ) as unknown,
    });
    await open(lab);
    await lab.pool.query('DELETE FROM catga_schema');
    await expect(verify()).rejects.toThrow(/but the database has none/);
    await lab.pool.query('INSERT INTO catga_schema (version) VALUES (1), (2), (3)');
    for (const schema of ['verify', 'create'] as const)
      await expect(open(lab, { schema })).rejects.toThrow(/has version 3 of them. Update @catga\/sql/);
    await open(lab, { schema: 'off' });
  });

  it('tells a role without the right to create tables what to do', async () => {
    const lab = await labs.create();
    await lab.pool.query(
      `DO $$ BEGIN CREATE ROLE reader LOGIN; EXCEPTION WHEN duplicate_object THEN NULL; END $$`,
    );
    const schema = (await lab.pool.query('SELECT current_schema() AS name')).rows[0].name as string;
    await lab.pool.query(`GRANT USAGE ON SCHEMA ${schema} TO reader`);
    await lab.pool.query(`ALTER ROLE reader SET search_path = ${schema}`);
    const reader = labs.as('reader');
    await expect(open(reader)).rejects.toMatchObject({
      code: 'CATGA_CONFIGURATION',
      message: expect.stringMatching(/may not create its tables.*schema: 'verify'/) as unknown,
    });
  });

  it('is not looked at where the database is away: the node says so and does not start', async () => {
    const away = labs.as('nobody-there');
    const start = labs.start({ engine: memory(), outbox: sqlOutbox(away.database) });
    await expect(start).rejects.toMatchObject({ code: 'CATGA_DATABASE_UNAVAILABLE' });
  });

  it.each([{ schema: 'make' }, { retentionMs: 0 }, { retention: 1 }])('refuses the options %j', (options) => {
    const { database } = labs.as('postgres');
    expect(() => sqlOutbox(database, options as SqlOutboxOptions)).toThrow(
      expect.objectContaining({ code: 'CATGA_CONFIGURATION' }),
    );
  });
});
