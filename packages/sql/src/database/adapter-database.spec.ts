import { beforeEach, describe, expect, it } from '@jest/globals';
import { sqlDatabase } from '@catga/sql';
import {
  RecordingLibrary,
  RecordingTransaction,
  committingAdapter,
  recordingAdapter,
} from './recording-adapter.fixture.js';
import type { SqlDatabase, SqlFinalExecutor, SqlParticipant, SqlTransaction } from '@catga/sql';

let library: RecordingLibrary;
let database: SqlDatabase<RecordingTransaction>;

/** Stores its items with one statement, and records what happens to them. */
class Recorder implements SqlParticipant<string> {
  readonly events: string[] = [];

  async beforeCommit(items: readonly string[], transaction: Pick<SqlTransaction, 'execute'>): Promise<void> {
    await transaction.execute(`INSERT ${items.join()}`);
  }
  committed(items: readonly string[]): void {
    this.events.push(`committed ${items.join()}`);
  }
  rolledBack(items: readonly string[]): void {
    this.events.push(`rolled back ${items.join()}`);
  }
}

beforeEach(() => {
  library = new RecordingLibrary();
  database = sqlDatabase(recordingAdapter, library);
});

describe('A participant of a transaction', () => {
  it('stores all its items with one statement before the commit, and learns of the commit', async () => {
    const recorder = new Recorder();
    await database.run(async (transaction) => {
      transaction.enlist(recorder, 'a');
      await transaction.execute('UPDATE');
      transaction.enlist(recorder, 'b');
    });
    expect(library.statements).toEqual(['BEGIN', 'UPDATE', 'INSERT a,b', 'COMMIT']);
    expect(recorder.events).toEqual(['committed a,b']);
  });

  it.each(['INSERT a', 'COMMIT'])('learns that its items are not committed if %s fails', async (failing) => {
    const recorder = new Recorder();
    library.failing = failing;
    const run = database.run(async (transaction) => transaction.enlist(recorder, 'a'));
    await expect(run).rejects.toThrow(`${failing} failed`);
    expect(recorder.events).toEqual(['rolled back a']);
  });

  it('loses the items of a savepoint that is rolled back, and keeps those of one that is released', async () => {
    const recorder = new Recorder();
    await database.run(async (transaction) => {
      transaction.enlist(recorder, 'a');
      const lost = database.run(async (savepoint) => {
        savepoint.enlist(recorder, 'lost');
        throw new Error('rolled back');
      });
      await expect(lost).rejects.toThrow('rolled back');
      await database.run(async () => {
        await database.run(async (savepoint) => savepoint.enlist(recorder, 'b'));
      });
    });
    expect(recorder.events).toEqual(['rolled back lost', 'committed a,b']);
    expect(library.statements).toContain('INSERT a,b');
  });

  it('may enlist more items while it stores its items', async () => {
    const recorder = new Recorder();
    const first: SqlParticipant<string> = {
      beforeCommit: async ([item]) => database.ambient()?.enlist(recorder, `${item} again`),
      committed: () => {},
      rolledBack: () => {},
    };
    await database.run(async (transaction) => transaction.enlist(first, 'a'));
    expect(library.statements).toEqual(['BEGIN', 'INSERT a again', 'COMMIT']);
    expect(recorder.events).toEqual(['committed a again']);
  });
});

describe('A library that commits together with the last statement', () => {
  /** Stores its items with two statements. */
  class Storing extends Recorder {
    override async beforeCommit(items: readonly string[], transaction: SqlFinalExecutor): Promise<void> {
      await transaction.execute(`SELECT ${items.join()}`);
      await transaction.executeLast(`INSERT ${items.join()}`);
    }
  }

  beforeEach(() => {
    database = sqlDatabase(committingAdapter, library);
  });

  it('gets the last statement of the last participant', async () => {
    const [first, second] = [new Storing(), new Storing()];
    await database.run(async (transaction) => {
      transaction.enlist(first, 'a');
      transaction.enlist(second, 'b');
    });
    expect(library.statements).toEqual(['BEGIN', 'SELECT a', 'INSERT a', 'SELECT b', 'INSERT b; COMMIT']);
    expect([...first.events, ...second.events]).toEqual(['committed a', 'committed b']);
  });

  it('gets none before items that a participant enlists', async () => {
    const recorder = new Storing();
    const first: SqlParticipant<string> = {
      beforeCommit: async (_items, transaction) => {
        database.ambient()?.enlist(recorder, 'b');
        await transaction.executeLast('INSERT a');
      },
      committed: () => {},
      rolledBack: () => {},
    };
    await database.run(async (transaction) => transaction.enlist(first, 'a'));
    expect(library.statements).toEqual(['BEGIN', 'INSERT a', 'SELECT b', 'INSERT b; COMMIT']);
  });

  it('sends COMMIT alone if there is none', async () => {
    await database.run(async (transaction) => void (await transaction.execute('UPDATE')));
    expect(library.statements).toEqual(['BEGIN', 'UPDATE', 'COMMIT']);
  });

  it('rolls back if it fails', async () => {
    const recorder = new Storing();
    library.failing = 'INSERT a; COMMIT';
    const run = database.run(async (transaction) => transaction.enlist(recorder, 'a'));
    await expect(run).rejects.toThrow('INSERT a; COMMIT failed');
    expect(recorder.events).toEqual(['rolled back a']);
    expect(library.statements.at(-1)).toBe('ROLLBACK');
  });
});

describe('A transaction', () => {
  it('is ambient for its work, and for nothing after its end or outside of it', async () => {
    let later: Promise<unknown> = Promise.resolve();
    let end = (): void => {};
    const ended = new Promise<void>((resolve) => (end = resolve));
    await database.run(async (transaction) => {
      expect(database.ambient()).toBe(transaction);
      expect(database.current()).toBe(transaction.handle);
      expect(database.outside(() => database.ambient())).toBeUndefined();
      expect(sqlDatabase(recordingAdapter, library).ambient()).toBeUndefined();
      later = ended.then(() => database.ambient());
    });
    end();
    expect(await later).toBeUndefined();
    expect(database.ambient()).toBeUndefined();
  });

  it('refuses statements and items after its end: its connection may belong to another transaction', async () => {
    const transaction = await database.run(async (opened) => opened);
    expect(transaction.isOpen).toBe(false);
    await expect(transaction.execute('UPDATE')).rejects.toMatchObject({ code: 'CATGA_CONFIGURATION' });
    expect(() => transaction.enlist(new Recorder(), 'a')).toThrow(/has ended/);
    expect(library.statements).not.toContain('UPDATE');
  });

  it('sends a statement before its commit even if nothing was enlisted, to learn whether it has failed', async () => {
    library.failing = 'SELECT 1';
    await expect(database.run(async () => {})).rejects.toThrow('SELECT 1 failed');
    expect(library.statements).toEqual(['BEGIN', 'SELECT 1', 'ROLLBACK']);
  });

  it('is found by its handle while it is open', async () => {
    await database.run(async (transaction) => {
      expect(database.transactionOf(transaction.handle)).toBe(transaction);
      await database.run(async (savepoint) => {
        expect(database.transactionOf(transaction.handle)).toBe(savepoint);
        expect(database.outside(() => database.transactionOf(transaction.handle))).toBe(savepoint);
      });
      expect(database.transactionOf(transaction.handle)).toBe(transaction);
    });
    expect(database.transactionOf(new RecordingTransaction(library))).toBeUndefined();
    expect(database.executorOf(new RecordingTransaction(library))).toBeDefined();
    expect(database.executorOf(library)).toBeUndefined();
  });
});

describe('Savepoints of the application', () => {
  const recorder = new Recorder();
  const inTransaction = (
    work: (
      transaction: SqlTransaction<RecordingTransaction>,
      statement: (sql: string | { readonly text: string }) => Promise<unknown>,
    ) => Promise<void>,
  ): Promise<void> => {
    database = sqlDatabase({ ...recordingAdapter, statements: ['query'] }, library);
    return database.run(async (transaction) =>
      work(transaction, (sql) => transaction.handle.query(sql as string, [])),
    );
  };

  beforeEach(() => {
    recorder.events.length = 0;
  });

  it.each([
    ['SAVEPOINT s', 'ROLLBACK TO SAVEPOINT s'],
    ['savepoint s;', 'rollback to S'],
    [' Savepoint "A s" ', 'ROLLBACK WORK TO SAVEPOINT "A s";'],
    [{ text: 'SAVEPOINT s' }, { text: 'ROLLBACK TRANSACTION TO s' }],
  ])('drop what was enlisted after %p and before %p', async (open, rollBack) => {
    await inTransaction(async (transaction, statement) => {
      transaction.enlist(recorder, 'a');
      await statement(open);
      transaction.enlist(recorder, 'lost');
      await statement(rollBack);
      transaction.enlist(recorder, 'b');
    });
    expect(recorder.events).toEqual(['rolled back lost', 'committed a,b']);
  });

  it('keep what was enlisted before they are released, unless one around them is rolled back', async () => {
    await inTransaction(async (transaction, statement) => {
      await statement('SAVEPOINT outer_one');
      transaction.enlist(recorder, 'a');
      await statement('SAVEPOINT inner_one');
      transaction.enlist(recorder, 'b');
      await statement('RELEASE inner_one');
      await statement('ROLLBACK TO inner_one'); // There is none any more.
      expect(recorder.events).toEqual([]);
      await statement('ROLLBACK TO outer_one');
      transaction.enlist(recorder, 'c');
      await statement('ROLLBACK TO outer_one'); // It stays.
      transaction.enlist(recorder, 'd');
      await statement('RELEASE SAVEPOINT outer_one');
    });
    expect(recorder.events).toEqual(['rolled back a,b', 'rolled back c', 'committed d']);
  });

  it('may have the name of one around them, which they hide', async () => {
    await inTransaction(async (transaction, statement) => {
      await statement('SAVEPOINT s');
      transaction.enlist(recorder, 'a');
      await statement('SAVEPOINT s');
      transaction.enlist(recorder, 'b');
      await statement('ROLLBACK TO s');
    });
    expect(recorder.events).toEqual(['rolled back b', 'committed a']);
  });

  it('are seen when they are executed by the transaction, without a method that is observed', async () => {
    await database.run(async (transaction) => {
      await transaction.execute('SAVEPOINT s');
      transaction.enlist(recorder, 'lost');
      await transaction.execute('ROLLBACK TO s');
      transaction.enlist(recorder, 'a');
    });
    expect(recorder.events).toEqual(['rolled back lost', 'committed a']);
  });

  it('may be around nested transactions', async () => {
    await inTransaction(async (transaction, statement) => {
      await statement('SAVEPOINT s');
      await database.run(async (nested) => nested.enlist(recorder, 'lost'));
      await statement('ROLLBACK TO s');
      transaction.enlist(recorder, 'a');
    });
    expect(recorder.events).toEqual(['rolled back lost', 'committed a']);
  });
});

describe('Savepoints', () => {
  it('opened side by side run one after another', async () => {
    await database.run(async () => {
      await Promise.all(['a', 'b'].map((name) => database.run((savepoint) => savepoint.execute(name))));
    });
    const one = (name: string): string[] => [
      'SAVEPOINT catga_1',
      name,
      'SELECT 1',
      'RELEASE SAVEPOINT catga_1',
    ];
    expect(library.statements).toEqual(['BEGIN', ...one('a'), ...one('b'), 'SELECT 1', 'COMMIT']);
  });

  it('have no isolation level of their own', async () => {
    const run = database.run(() => database.run(async () => {}, { isolation: 'serializable' }));
    await expect(run).rejects.toMatchObject({ code: 'CATGA_CONFIGURATION' });
    await database.run(async () => {}, { isolation: 'serializable' });
    expect(library.statements).toContain('SET TRANSACTION ISOLATION LEVEL SERIALIZABLE');
  });
});

describe('The token of a provider', () => {
  it('is resolved when the database is opened', async () => {
    const byToken = sqlDatabase(recordingAdapter, RecordingLibrary);
    await expect(byToken.root.execute('SELECT')).rejects.toThrow(/RecordingLibrary.*neither an instance/);
    byToken.open((token) => (token === RecordingLibrary ? library : undefined));
    await byToken.root.execute('SELECT');
    expect(library.statements).toEqual(['SELECT']);
  });

  it('with another provider is refused', () => {
    const byToken = sqlDatabase(recordingAdapter, 'pool');
    expect(() => byToken.open(() => ({}))).toThrow(/recording\(\) got pool/);
    expect(() => byToken.open()).toThrow(expect.objectContaining({ code: 'CATGA_CONFIGURATION' }));
  });
});

describe('Parameters', () => {
  it('reach every library as values that it passes on unchanged', async () => {
    const date = new Date(0);
    const given = [null, true, 1.5, 2n ** 60n, 'a', date, new Uint8Array([1]), Buffer.from('b')];
    await database.root.execute('SELECT', given);
    expect(library.values).toEqual([
      [null, true, 1.5, '1152921504606846976', 'a', date.toISOString(), Buffer.from([1]), Buffer.from('b')],
    ]);
  });

  it('that are arrays become PostgreSQL array literals', async () => {
    const given = [[null, true, 2n, 1.5], ['a"b', 'c\\d', '{,}', ''], [Buffer.from('é')], [], [[1], [2]]];
    await database.root.execute('SELECT', given);
    expect(library.values).toEqual([
      [
        '{NULL,true,"2",1.5}',
        String.raw`{"a\"b","c\\d","{,}",""}`,
        String.raw`{"\\xc3a9"}`,
        '{}',
        '{{1},{2}}',
      ],
    ]);
  });

  it('of another type are refused', async () => {
    const given = [undefined] as unknown as string[];
    await expect(database.root.execute('SELECT', given)).rejects.toMatchObject({
      code: 'CATGA_CONFIGURATION',
    });
  });
});
