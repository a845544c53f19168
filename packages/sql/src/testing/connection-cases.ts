import assert from 'node:assert/strict';
import { sqlStateOf } from '../database/sql-state.js';
import { RecordingParticipant, TABLE, ids, insertOf } from './suite.js';
import type { SqlDatabaseHarness } from './sql-database-harness.js';
import type { Subject } from './suite.js';
import type { TestRunner } from './runner.js';

const RUNS = 20;

export function poolOfOneCases<Handle>({ it }: TestRunner, harness: SqlDatabaseHarness<Handle>): void {
  it('needs one connection only, whatever is nested, and gives it back after each failure', async () => {
    const { database, transact, close } = await harness.open(1);
    try {
      const participant = new RecordingParticipant();
      const one = async (index: number): Promise<void> =>
        database.run(async (transaction) => {
          transaction.enlist(participant, `${index}`);
          await database.run((savepoint) => savepoint.execute(insertOf(`${index} a`)));
          if (index % 4 === 1) throw new Error('work');
          if (index % 4 === 2) await transaction.execute('SELECT 1 / 0');
          if (index % 4 === 3) await transaction.execute(`${insertOf(`${index} b`, '1')}, ('${index} c', 1)`);
        });
      const outcomes = await Promise.allSettled(Array.from({ length: RUNS }, (_, index) => one(index)));
      assert.equal(outcomes.filter(({ status }) => status === 'fulfilled').length, RUNS / 4);
      await transact(async (handle) => {
        assert.equal((await ids(database.executorOf(handle) ?? database.root)).length, RUNS / 2);
      });
      assert.equal((await ids(database.root)).length, RUNS / 2);
    } finally {
      await close();
    }
  });
}

export function connectionCases<Handle>({ it }: TestRunner, subject: Subject<Handle>): void {
  it('shows the rows of a transaction to others after the COMMIT only', async () => {
    const { database } = subject();
    await database.run(async (transaction) => {
      await transaction.execute(insertOf('a'));
      assert.deepEqual(await database.outside(() => ids(database.root)), []);
    });
    assert.deepEqual(await ids(database.root), ['a']);
  });

  it('keeps transactions that run at the same time apart', async () => {
    const { database } = subject();
    let entered = 0;
    let open = (): void => {};
    const bothEntered = new Promise<void>((resolve) => (open = resolve));
    const outcomes = await Promise.allSettled(
      ['a', 'b'].map((id) =>
        database.run(async (transaction) => {
          entered += 1;
          if (entered === 2) open();
          await bothEntered;
          assert.equal(database.ambient(), transaction);
          await database.ambient()?.execute(insertOf(id));
          if (id === 'b') throw new Error('no');
        }),
      ),
    );
    assert.deepEqual(
      outcomes.map(({ status }) => status),
      ['fulfilled', 'rejected'],
    );
    assert.deepEqual(await ids(database.root), ['a']);
  });

  it('opens an independent transaction outside of the ambient one', async () => {
    const { database } = subject();
    const run = database.run(async () => {
      await database.outside(() => database.run((transaction) => transaction.execute(insertOf('a'))));
      throw new Error('no');
    });
    await assert.rejects(run, /no/);
    assert.deepEqual(await ids(database.root), ['a']);
  });

  it('rejects one of two transactions that cannot be serialized', async () => {
    const { database } = subject();
    let read = 0;
    let open = (): void => {};
    const bothRead = new Promise<void>((resolve) => (open = resolve));
    const outcomes = await Promise.allSettled(
      ['a', 'b'].map((id) =>
        database.run(
          async (transaction) => {
            await ids(transaction);
            read += 1;
            if (read === 2) open();
            await bothRead;
            await transaction.execute(insertOf(id));
          },
          { isolation: 'serializable' },
        ),
      ),
    );
    const failed = outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [outcome.reason] : []));
    assert.deepEqual(failed.map(sqlStateOf), ['40001']);
  });

  it('rejects with the error of the work if the connection is lost, and uses another one afterwards', async () => {
    const { database } = subject();
    let error: unknown;
    const participant = new RecordingParticipant();
    const run = database.run(async (transaction) => {
      transaction.enlist(participant, 'a');
      const [row] = await transaction.execute('SELECT pg_backend_pid() AS pid');
      await database.outside(() =>
        database.root.execute('SELECT pg_terminate_backend($1::int4)', [Number(row?.pid)]),
      );
      await transaction.execute(`SELECT count(*)::int4 FROM ${TABLE}`).catch((thrown: unknown) => {
        error = thrown;
        throw thrown;
      });
    });
    await assert.rejects(run, (thrown) => thrown === error);
    assert.deepEqual(participant.calls, ['rolled back a']);
    await database.run((transaction) => transaction.execute(insertOf('b')));
    assert.deepEqual(await ids(database.root), ['b']);
  });
}
