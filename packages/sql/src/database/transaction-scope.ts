import { CatgaError } from '@catga/core';
import { savepointStatement } from './savepoint-statement.js';
import type { SqlParameter, SqlRow } from './sql-executor.js';
import type { SqlFinalExecutor, SqlParticipant, SqlTransaction } from './sql-transaction.js';

/** Sends COMMIT, after a last statement. */
export type Commit = (
  last: { readonly sql: string; readonly params: readonly SqlParameter[] } | undefined,
) => Promise<readonly SqlRow[]>;

type Items = Map<SqlParticipant<unknown>, unknown[]>;

/** A savepoint that the application opened by a statement, and how many items had been enlisted then. */
interface Mark {
  readonly name: string;
  readonly counts: ReadonlyMap<SqlParticipant<unknown>, number>;
}

/** An open transaction or savepoint, with the items that its participants enlisted. */
export class TransactionScope<Handle> implements SqlTransaction<Handle> {
  isOpen = true;
  /** Error of its work. Libraries replace it by the error of a failed ROLLBACK. */
  failure: { readonly error: unknown } | undefined;
  private waiting: Items = new Map();
  private readonly prepared: Items = new Map();
  private marks: readonly Mark[] = [];
  /** End of the last savepoint in this scope. */
  private lastNested: Promise<unknown> = Promise.resolve();

  constructor(
    readonly handle: Handle,
    private readonly query: (sql: string, params: readonly SqlParameter[]) => Promise<readonly SqlRow[]>,
    readonly depth = 0,
  ) {}

  async execute(sql: string, params: readonly SqlParameter[] = []): Promise<readonly SqlRow[]> {
    this.assertOpen();
    this.observe(sql);
    return this.query(sql, params);
  }

  /** Takes note of a statement that opens, releases or rolls back a savepoint. */
  observe(sql: string): void {
    const statement = savepointStatement(sql);
    if (statement === undefined) return;
    const { kind, name } = statement;
    if (kind === 'open') {
      const counts = new Map([...this.waiting].map(([participant, items]) => [participant, items.length]));
      this.marks = [...this.marks, { name, counts }];
      return;
    }
    const at = this.marks.findLastIndex((mark) => mark.name === name);
    const mark = this.marks[at];
    if (mark === undefined) return;
    // A savepoint stays when it is rolled back to, those after it do not.
    this.marks = this.marks.slice(0, kind === 'release' ? at : at + 1);
    if (kind === 'release') return;
    for (const [participant, items] of this.waiting) {
      const dropped = items.splice(mark.counts.get(participant) ?? 0);
      if (dropped.length > 0) participant.rolledBack(dropped);
    }
  }

  enlist<Item>(participant: SqlParticipant<Item>, item: Item): void {
    this.assertOpen();
    itemsOf(this.waiting, participant).push(item);
  }

  /** A scope for a savepoint. */
  inner(handle: Handle): TransactionScope<Handle> {
    return new TransactionScope(handle, (sql, params) => this.execute(sql, params), this.depth + 1);
  }

  /** Runs work once the savepoints that were opened before have ended. */
  async afterNested<T>(work: () => Promise<T>): Promise<T> {
    const { lastNested } = this;
    const result = lastNested.then(work);
    this.lastNested = result.catch(() => {});
    return result;
  }

  /**
   * Lets participants store their items. Always sends a statement, because the database rejects it in a failed transaction.
   * @param commit COMMITs the transaction, which has been committed when this resolves; else it is about to be
   */
  async prepare(commit: Commit | undefined): Promise<void> {
    if (this.waiting.size === 0 && commit === undefined) await this.execute('SELECT 1');
    while (this.waiting.size > 0) {
      const { waiting } = this;
      this.waiting = new Map();
      let left = waiting.size;
      for (const [participant, items] of waiting) {
        itemsOf(this.prepared, participant).push(...items);
        await participant.beforeCommit(items, this.finalExecutor(--left === 0 ? commit : undefined));
      }
    }
    if (this.isOpen) await this.end(commit, undefined);
  }

  /** Gives the items of a released savepoint to the scope around it. */
  releaseTo(outer: TransactionScope<Handle>): void {
    for (const [participant, items] of this.waiting) itemsOf(outer.waiting, participant).push(...items);
    this.waiting.clear();
  }

  committed(): void {
    for (const [participant, items] of this.prepared) participant.committed(items);
  }

  rolledBack(): void {
    for (const participant of new Set([...this.prepared.keys(), ...this.waiting.keys()]))
      participant.rolledBack([
        ...(this.prepared.get(participant) ?? []),
        ...(this.waiting.get(participant) ?? []),
      ]);
  }

  /** Executor for a participant; with `commit` for the only one that has items left. */
  private finalExecutor(commit: Commit | undefined): SqlFinalExecutor {
    return {
      execute: (sql, params) => this.execute(sql, params),
      executeLast: async (sql, params = []) => {
        this.assertOpen();
        if (commit === undefined || this.waiting.size > 0) return this.query(sql, params);
        return this.end(commit, { sql, params });
      },
    };
  }

  /** Ends the scope: items enlisted later would be lost, so enlisting throws. */
  private async end(commit: Commit | undefined, last: Parameters<Commit>[0]): Promise<readonly SqlRow[]> {
    if (commit === undefined) return [];
    this.isOpen = false;
    return commit(last);
  }

  private assertOpen(): void {
    if (this.isOpen) return;
    const what = this.depth === 0 ? 'transaction' : 'savepoint';
    throw new CatgaError(
      'CATGA_CONFIGURATION',
      `The ${what} has ended: await everything that belongs to it.`,
    );
  }
}

function itemsOf(items: Items, participant: SqlParticipant<unknown>): unknown[] {
  const known = items.get(participant);
  if (known !== undefined) return known;
  const created: unknown[] = [];
  items.set(participant, created);
  return created;
}
