import { AsyncLocalStorage } from 'node:async_hooks';
import { CatgaError } from '@catga/core';
import { statementText } from './savepoint-statement.js';
import { toSqlValue } from './sql-value.js';
import { TransactionScope } from './transaction-scope.js';
import type { SqlAdapter, SqlSource } from './sql-adapter.js';
import type { SqlExecutor, SqlParameter, SqlRow } from './sql-executor.js';
import type { SqlDatabase, SqlResolver, SqlToken, SqlTransactionOptions } from './sql-database.js';
import type { SqlTransaction } from './sql-transaction.js';

type Opener = (...args: unknown[]) => Promise<unknown>;

/** A database on the adapter of a library. */
export class AdapterDatabase<Source, Handle extends object> implements SqlDatabase<Handle> {
  readonly name: string;
  readonly root: SqlExecutor = {
    execute: async (sql, params = []) => this.query(this.instance(), sql, params),
  };
  private readonly storage = new AsyncLocalStorage<TransactionScope<Handle> | undefined>();
  /** Open transactions, and their innermost savepoints while these are open. */
  private readonly scopes = new Map<Handle, TransactionScope<Handle>>();
  /** Savepoint method of the library, by handle in use. */
  private readonly openers = new WeakMap<Handle, Opener>();
  /** Handles whose statements are observed. */
  private readonly watched = new WeakSet<Handle>();
  private found: Source | undefined;

  constructor(
    readonly adapter: SqlAdapter<Source, Handle>,
    readonly source: SqlSource<Source>,
  ) {
    this.name = adapter.name;
    if (adapter.isSource(source)) this.found = source as Source;
  }

  open(resolve?: SqlResolver): void {
    if (this.adapter.isSource(this.source)) return;
    const token = this.source as SqlToken<Source>;
    const found = resolve?.(token);
    if (!this.adapter.isSource(found)) throw this.missing();
    this.found = found as Source;
  }

  ambient(): SqlTransaction<Handle> | undefined {
    return this.scope();
  }

  current(): Handle | undefined {
    return this.scope()?.handle;
  }

  async run<T>(
    work: (transaction: SqlTransaction<Handle>) => Promise<T>,
    { isolation }: SqlTransactionOptions = {},
  ): Promise<T> {
    const outer = this.scope();
    if (outer === undefined)
      return this.transact(async (transaction) => {
        if (isolation !== undefined)
          await transaction.execute(`SET TRANSACTION ISOLATION LEVEL ${isolation.toUpperCase()}`);
        return work(transaction);
      });
    if (isolation !== undefined)
      throw new CatgaError('CATGA_CONFIGURATION', 'A savepoint has no isolation level of its own.');
    return outer.afterNested(() => this.inSavepoint(outer, (enter) => this.savepoint(outer, enter), work));
  }

  outside<T>(work: () => T): T {
    return this.storage.run(undefined, work);
  }

  transactionOf(handle: unknown): SqlTransaction<Handle> | undefined {
    const ambient = this.scope();
    return ambient?.handle === handle ? ambient : this.scopes.get(handle as Handle);
  }

  executorOf(handle: unknown): SqlExecutor | undefined {
    if (!this.adapter.isHandle(handle)) return undefined;
    return { execute: async (sql, params = []) => this.query(handle as Handle, sql, params) };
  }

  /**
   * Runs `work` as the content of a transaction that `transact` opens.
   * @param transact opens the transaction, calls its argument with the handle, and commits if that resolves
   * @param commit COMMITs it instead of `transact`
   */
  async inTransaction<T>(
    transact: (enter: (handle: Handle) => Promise<T>) => Promise<T>,
    work: (transaction: SqlTransaction<Handle>) => Promise<T>,
    commit?: SqlAdapter<Source, Handle>['commit'],
  ): Promise<T> {
    let scope: TransactionScope<Handle> | undefined;
    let content: Promise<T> | undefined;
    try {
      const result = await transact((handle) => {
        scope = this.scopeOf(handle);
        content = this.during(scope, async (opened) => {
          const worked = await work(opened);
          await this.adapter.flush?.(handle);
          this.assertTransaction(handle);
          await opened.prepare(
            commit &&
              ((last) => commit(handle, last && { sql: last.sql, values: last.params.map(toSqlValue) })),
          );
          return worked;
        });
        return content;
      });
      await content; // Knex resolves once it has rolled back by the handle, while the work is still running.
      scope?.committed();
      return result;
    } catch (thrown) {
      scope?.rolledBack();
      throw scope?.failure?.error ?? thrown;
    }
  }

  /**
   * Runs `work` as the content of a savepoint that `nest` opens.
   * @param nest opens the savepoint, calls its argument with the handle, and rolls back to it if that rejects
   */
  async inSavepoint<T>(
    outer: TransactionScope<Handle>,
    nest: (enter: (handle: Handle) => Promise<T>) => Promise<T>,
    work: (transaction: SqlTransaction<Handle>) => Promise<T>,
  ): Promise<T> {
    let scope: TransactionScope<Handle> | undefined;
    try {
      const result = await nest(async (handle) => {
        scope = outer.inner(handle);
        return this.during(scope, async (opened) => {
          const worked = await work(opened);
          await this.adapter.flush?.(handle);
          await opened.execute('SELECT 1'); // Rejects if a statement has failed: some libraries do not roll back if RELEASE fails.
          return worked;
        });
      });
      scope?.releaseTo(outer);
      return result;
    } catch (thrown) {
      scope?.rolledBack();
      throw scope?.failure?.error ?? thrown;
    }
  }

  /** Opens a transaction and runs its work. */
  protected transact<T>(work: (transaction: SqlTransaction<Handle>) => Promise<T>): Promise<T> {
    const { adapter } = this;
    const commit = adapter.commit?.bind(adapter);
    return this.inTransaction((enter) => adapter.transaction(this.instance(), enter), work, commit);
  }

  private async savepoint<T>(
    outer: TransactionScope<Handle>,
    enter: (handle: Handle) => Promise<T>,
  ): Promise<T> {
    const { handle, depth } = outer;
    const name = `catga_${depth + 1}`;
    await this.adapter.flush?.(handle);
    const open = this.openers.get(handle);
    if (open !== undefined) return open(enter) as Promise<T>;
    await outer.execute(`SAVEPOINT ${name}`);
    try {
      const result = await enter(handle);
      await outer.execute(`RELEASE SAVEPOINT ${name}`);
      return result;
    } catch (thrown) {
      // If it fails, so does the COMMIT.
      await outer.execute(`ROLLBACK TO SAVEPOINT ${name}`).catch(() => {});
      await outer.execute(`RELEASE SAVEPOINT ${name}`).catch(() => {});
      throw thrown;
    }
  }

  /** Observes the savepoints that the application opens by statements on a handle. */
  private observeStatements(handle: Handle): void {
    if (this.watched.has(handle)) return;
    this.watched.add(handle);
    for (const name of this.adapter.statements ?? []) {
      const method = Reflect.get(handle, name) as (...args: unknown[]) => unknown;
      const value = (...args: unknown[]): unknown => {
        const text = statementText(args[0]);
        if (text !== undefined) this.scopes.get(handle)?.observe(text);
        return method.apply(handle, args);
      };
      Object.defineProperty(handle, name, { value, configurable: true, writable: true });
    }
  }

  /** Observes the savepoints that the application opens through a method of a handle. */
  private observe(handle: Handle): void {
    const { nests } = this.adapter;
    if (nests === undefined || this.openers.has(handle)) return;
    const open = (Reflect.get(handle, nests) as Opener).bind(handle);
    this.openers.set(handle, open);
    const observed: Opener = (...args) => {
      const outer = this.scopes.get(handle);
      const at = args.findIndex((arg) => typeof arg === 'function');
      if (outer === undefined || at < 0) return open(...args);
      const work = args[at] as (inner: Handle) => Promise<unknown>;
      return this.inSavepoint(
        outer,
        (enter) => open(...args.with(at, enter)),
        (savepoint) => work(savepoint.handle),
      );
    };
    Object.defineProperty(handle, nests, { value: observed, configurable: true });
  }

  private scopeOf(handle: Handle): TransactionScope<Handle> {
    return new TransactionScope(handle, (sql, params) => this.query(handle, sql, params));
  }

  /** Asserts that the transaction is still open: otherwise each statement of a participant would be committed by itself. */
  private assertTransaction(handle: Handle): void {
    if (this.adapter.isHandle(handle)) return;
    throw new CatgaError(
      'CATGA_CONFIGURATION',
      'The work of the transaction has ended it by its handle: throw an error to roll back.',
    );
  }

  /** Runs work with an ambient scope, and closes the scope. */
  private async during<T>(
    scope: TransactionScope<Handle>,
    work: (scope: TransactionScope<Handle>) => Promise<T>,
  ): Promise<T> {
    const outer = this.scopes.get(scope.handle);
    this.scopes.set(scope.handle, scope);
    this.observe(scope.handle);
    this.observeStatements(scope.handle);
    try {
      return await this.storage.run(scope, () => work(scope));
    } catch (error) {
      scope.failure = { error };
      throw error;
    } finally {
      scope.isOpen = false;
      if (outer === undefined) this.scopes.delete(scope.handle);
      else this.scopes.set(scope.handle, outer);
    }
  }

  protected scope(): TransactionScope<Handle> | undefined {
    const scope = this.storage.getStore();
    return scope?.isOpen === true ? scope : undefined;
  }

  private query(
    on: Source | Handle,
    sql: string,
    params: readonly SqlParameter[],
  ): Promise<readonly SqlRow[]> {
    return this.adapter.query(on, sql, params.map(toSqlValue));
  }

  private instance(): Source {
    if (this.found === undefined) throw this.missing();
    return this.found;
  }

  private missing(): CatgaError {
    const { name } = this.adapter;
    const token = typeof this.source === 'function' ? this.source.name : String(this.source);
    return new CatgaError(
      'CATGA_CONFIGURATION',
      `The adapter ${name}() got ${token}, which is neither an instance of the library nor the token of a provider of one. Give it the ` +
        'instance, or the token of a provider of the application; a token can be used once the application has started.',
    );
  }
}

/**
 * Database on a custom adapter.
 * @param source the library's instance, or the Nest token of its provider
 *
 * @publicApi
 */
export function sqlDatabase<Source, Handle extends object>(
  adapter: SqlAdapter<Source, Handle>,
  source: SqlSource<Source>,
): SqlDatabase<Handle> {
  return new AdapterDatabase(adapter, source);
}
