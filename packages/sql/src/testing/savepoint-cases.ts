import assert from 'node:assert/strict';
import { sqlStateOf } from '../database/sql-state.js';
import { RecordingParticipant, ids, insertOf } from './suite.js';
import type { Subject } from './suite.js';
import type { TestRunner } from './runner.js';

export function savepointCases<Handle>({ it }: TestRunner, subject: Subject<Handle>): void {
  const insert = async (id: string): Promise<void> => {
    const { database, statement } = subject();
    const transaction = database.ambient();
    assert.ok(transaction !== undefined);
    await transaction.execute(insertOf(id));
    await statement(transaction.handle, insertOf(`${id} by the library`));
  };

  it('rolls back a nested transaction alone', async () => {
    const { database } = subject();
    await database.run(async () => {
      await insert('a');
      const nested = database.run(async () => {
        await insert('b');
        throw new Error('nested');
      });
      await assert.rejects(nested, /nested/);
      await insert('c');
    });
    assert.deepEqual(await ids(database.root), ['a', 'a by the library', 'c', 'c by the library']);
  });

  it('rolls back what a nested transaction has stored with the outer one', async () => {
    const { database } = subject();
    const run = database.run(async () => {
      await database.run(() => insert('a'));
      throw new Error('outer');
    });
    await assert.rejects(run, /outer/);
    assert.deepEqual(await ids(database.root), []);
  });

  it('goes on after a failed statement in a nested transaction', async () => {
    const { database } = subject();
    await database.run(async (transaction) => {
      const nested = database.run((savepoint) => savepoint.execute('SELECT 1 / 0'));
      await assert.rejects(nested, (thrown) => sqlStateOf(thrown) === '22012');
      const ignored = database.run(async (savepoint) => {
        await savepoint.execute('SELECT 1 / 0').catch(() => {});
      });
      await assert.rejects(ignored, (thrown) => sqlStateOf(thrown) === '25P02');
      await transaction.execute(insertOf('a'));
    });
    assert.deepEqual(await ids(database.root), ['a']);
  });

  it('nests transactions in each other, and one after another if they are started at once', async () => {
    const { database } = subject();
    await database.run(async () => {
      const outcomes = await Promise.allSettled(
        ['a', 'b', 'c'].map((id) =>
          database.run(async () => {
            await insert(id);
            await database.run(() => insert(`${id}${id}`));
            if (id === 'b') throw new Error('no');
          }),
        ),
      );
      assert.deepEqual(
        outcomes.map(({ status }) => status),
        ['fulfilled', 'rejected', 'fulfilled'],
      );
    });
    const stored = ['a', 'aa', 'c', 'cc'].flatMap((id) => [id, `${id} by the library`]);
    assert.deepEqual(await ids(database.root), stored.sort());
  });

  it('calls a participant once before COMMIT, without the items of rolled back nested transactions', async () => {
    const { database } = subject();
    const participant = new RecordingParticipant();
    await database.run(async (transaction) => {
      transaction.enlist(participant, 'a');
      const nested = database.run(async (savepoint) => {
        savepoint.enlist(participant, 'lost');
        throw new Error('nested');
      });
      await assert.rejects(nested, /nested/);
      await database.run(async (savepoint) => savepoint.enlist(participant, 'b'));
      assert.deepEqual(participant.calls, ['rolled back lost']);
    });
    assert.deepEqual(participant.calls, ['rolled back lost', 'before a,b', 'committed a,b']);
    assert.deepEqual(await ids(database.root), ['a', 'b']);
  });

  it('drops what was enlisted in a savepoint of the library itself with it', async () => {
    const { database, nest } = subject();
    if (nest === undefined) return;
    const participant = new RecordingParticipant();
    await database.run(async ({ handle }) => {
      const enlist = async (item: string): Promise<void> => database.ambient()?.enlist(participant, item);
      await enlist('a');
      const nested = nest(handle, async () => {
        await enlist('lost');
        throw new Error('nested');
      });
      await assert.rejects(nested, /nested/);
      await nest(handle, () => enlist('b'));
      await database.run(async (savepoint) => nest(savepoint.handle, () => enlist('c')));
    });
    assert.deepEqual(participant.calls, ['rolled back lost', 'before a,b,c', 'committed a,b,c']);
    assert.deepEqual(await ids(database.root), ['a', 'b', 'c']);
  });

  it('tells a participant of a rollback, and of a COMMIT that fails', async () => {
    const { database } = subject();
    const participant = new RecordingParticipant();
    const failing = database.run(async (transaction) => {
      transaction.enlist(participant, 'a');
      throw new Error('no');
    });
    await assert.rejects(failing, /no/);
    assert.deepEqual(participant.calls.splice(0), ['rolled back a']);
    const uncommitted = database.run(async (transaction) => {
      transaction.enlist(participant, 'a');
      await transaction.execute(insertOf('b', '1'));
      await transaction.execute(insertOf('c', '1'));
    });
    await assert.rejects(uncommitted, (thrown) => sqlStateOf(thrown) === '23505');
    assert.deepEqual(participant.calls, ['before a', 'rolled back a']);
    assert.deepEqual(await ids(database.root), []);
  });
}
