import assert from 'node:assert/strict';
import { sqlStateOf } from '../database/sql-state.js';
import { RecordingParticipant, ids, insertOf } from './suite.js';
import type { SqlIsolation } from '../database/sql-database.js';
import type { Subject } from './suite.js';
import type { TestRunner } from './runner.js';

const LEVELS: readonly SqlIsolation[] = ['read committed', 'repeatable read', 'serializable'];

export function transactionCases<Handle>({ it }: TestRunner, subject: Subject<Handle>): void {
  it('stores the rows of a transaction, those of the library included', async () => {
    const { database, statement } = subject();
    const result = await database.run(async (transaction) => {
      await transaction.execute(insertOf('a'));
      await statement(transaction.handle, insertOf('b'));
      assert.deepEqual(await ids(transaction), ['a', 'b']);
      return 'result';
    });
    assert.equal(result, 'result');
    assert.deepEqual(await ids(database.root), ['a', 'b']);
  });

  it('rolls back with the error of the work', async () => {
    const { database, statement } = subject();
    const error = new Error('no');
    const run = database.run(async (transaction) => {
      await transaction.execute(insertOf('a'));
      await statement(transaction.handle, insertOf('b'));
      throw error;
    });
    await assert.rejects(run, (thrown) => thrown === error);
    assert.deepEqual(await ids(database.root), []);
  });

  it('makes a transaction ambient for its work only', async () => {
    const { database } = subject();
    assert.equal(database.ambient(), undefined);
    await database.run(async (transaction) => {
      await Promise.resolve();
      assert.equal(database.ambient(), transaction);
      assert.equal(database.current(), transaction.handle);
      assert.equal(database.transactionOf(transaction.handle), transaction);
      assert.equal(
        database.outside(() => database.ambient()),
        undefined,
      );
    });
    assert.equal(database.ambient(), undefined);
    assert.equal(database.current(), undefined);
  });

  it('refuses statements after the end of the transaction', async () => {
    const { database } = subject();
    const transaction = await database.run(async (open) => open);
    await assert.rejects(transaction.execute(insertOf('a')), { code: 'CATGA_CONFIGURATION' });
    assert.deepEqual(await ids(database.root), []);
  });

  it('joins a transaction that the library opened, by its handle', async () => {
    const { database, transact, statement } = subject();
    await transact(async (handle) => {
      assert.equal(database.transactionOf(handle), undefined);
      await database.executorOf(handle)?.execute(insertOf('a'));
      await statement(handle, insertOf('b'));
    });
    assert.deepEqual(await ids(database.root), ['a', 'b']);
    const run = transact(async (handle) => {
      await database.executorOf(handle)?.execute(insertOf('c'));
      throw new Error('no');
    });
    await assert.rejects(run, /no/);
    assert.deepEqual(await ids(database.root), ['a', 'b']);
  });

  it('takes nothing else for a transaction', () => {
    const { database } = subject();
    for (const value of [undefined, null, 'transaction', {}, [], () => {}, database, database.root])
      assert.equal(database.executorOf(value), undefined);
    return Promise.resolve();
  });

  for (const isolation of LEVELS)
    it(`opens a transaction with the isolation level ${isolation}`, async () => {
      const { database } = subject();
      const level = "SELECT current_setting('transaction_isolation') AS level";
      const during = await database.run((transaction) => transaction.execute(level), { isolation });
      assert.deepEqual(during, [{ level: isolation }]);
      const after = await database.run((transaction) => transaction.execute(level));
      assert.deepEqual(after, [{ level: 'read committed' }]);
    });

  it('rejects with the error of a COMMIT that fails, and goes on', async () => {
    const { database } = subject();
    const run = database.run(async (transaction) => {
      await transaction.execute(insertOf('a', '1'));
      await transaction.execute(insertOf('b', '1'));
    });
    await assert.rejects(run, (thrown) => sqlStateOf(thrown) === '23505');
    assert.deepEqual(await ids(database.root), []);
    await database.run((transaction) => transaction.execute(insertOf('a', '1')));
    assert.deepEqual(await ids(database.root), ['a']);
  });

  it('rejects if a statement has failed and the work ignores it: nothing was committed', async () => {
    const { database } = subject();
    const run = database.run(async (transaction) => {
      await transaction.execute(insertOf('a'));
      await transaction.execute('SELECT 1 / 0').catch(() => {});
    });
    await assert.rejects(run, (thrown) => sqlStateOf(thrown) === '25P02');
    assert.deepEqual(await ids(database.root), []);
  });

  it('stores nothing if the work has rolled back by the handle, and rejects', async () => {
    const { database, rollback } = subject();
    if (rollback === undefined) return;
    const participant = new RecordingParticipant();
    const run = database.run(async (transaction) => {
      transaction.enlist(participant, 'a');
      await transaction.execute(insertOf('b'));
      await rollback(transaction.handle);
    });
    await assert.rejects(run, { code: 'CATGA_CONFIGURATION' });
    assert.deepEqual(participant.calls, ['rolled back a']);
    assert.deepEqual(await ids(database.root), []);
  });

  it('commits what several participants store, or nothing of it', async () => {
    const { database } = subject();
    const [first, second] = [new RecordingParticipant(), new RecordingParticipant()];
    const run = (...items: readonly string[]) =>
      database.run(async (transaction) => {
        transaction.enlist(first, items[0] ?? '');
        transaction.enlist(second, items[1] ?? '');
      });
    await run('a', 'b');
    await assert.rejects(run('c', 'a'), (thrown) => sqlStateOf(thrown) === '23505');
    assert.deepEqual(first.calls, ['before a', 'committed a', 'before c', 'rolled back c']);
    assert.deepEqual(second.calls, ['before b', 'committed b', 'before a', 'rolled back a']);
    assert.deepEqual(await ids(database.root), ['a', 'b']);
  });

  it('says which error a statement had', async () => {
    const { database } = subject();
    await database.root.execute(insertOf('a'));
    await assert.rejects(database.root.execute(insertOf('a')), (thrown) => sqlStateOf(thrown) === '23505');
    const run = database.run((transaction) => transaction.execute(insertOf('a')));
    await assert.rejects(run, (thrown) => sqlStateOf(thrown) === '23505');
  });
}

/** Cases of what works behind a pooler of transactions. */
export function poolerCases<Handle>({ it }: TestRunner, subject: Subject<Handle>): void {
  it('keeps nothing in the session: it works behind a pooler of transactions', async () => {
    const { database } = subject();
    const prepared = await database.run(async (transaction) => {
      for (let times = 0; times < 10; times++) await transaction.execute('SELECT $1::int4 AS n', [times]);
      return transaction.execute("SELECT name FROM pg_prepared_statements WHERE name <> ''");
    });
    assert.deepEqual(prepared, []);
  });
}
