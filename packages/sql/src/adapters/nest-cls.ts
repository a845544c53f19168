import { CatgaError } from '@catga/core';
import { AdapterDatabase } from '../database/adapter-database.js';
import { hasMethods } from './structure.js';
import type { SqlSource } from '../database/sql-adapter.js';
import type { SqlDatabase, SqlResolver, SqlToken } from '../database/sql-database.js';
import type { SqlTransaction } from '../database/sql-transaction.js';

/** `TransactionHost` of `@nestjs-cls/transactional`. */
export interface ClsTransactionHost {
  withTransaction<T>(propagation: never, work: (...args: never[]) => Promise<T>): Promise<T>;
}

type Work = () => Promise<unknown>;
type SetTx = (tx?: unknown) => void;
type Wrap = (options: unknown, work: Work, setTx: SetTx, ...rest: unknown[]) => Promise<unknown>;

interface ClsAdapterOptions {
  readonly wrapWithTransaction: Wrap;
  readonly wrapWithNestedTransaction?: Wrap;
}

/** An adapter of `@nestjs-cls/transactional`, such as `TransactionalAdapterTypeOrm`. */
export interface ClsTransactionalAdapter {
  optionsFactory(...args: never[]): object;
}

/** A database whose transactions are those of `@Transactional()`. */
export interface ClsSqlDatabase<Handle = unknown> extends SqlDatabase<Handle> {
  /** Wraps the adapter for `ClsPluginTransactional`, so that `@Transactional()` opens transactions of this database. */
  wrap<Adapter extends ClsTransactionalAdapter>(adapter: Adapter): Adapter;
}

/** Of the enum `Propagation`. */
const REQUIRES_NEW = 'REQUIRES_NEW' as never;

class ClsDatabase<Source, Handle> extends AdapterDatabase<Source, Handle> implements ClsSqlDatabase<Handle> {
  private transactions: ClsTransactionHost | undefined;

  constructor(
    { adapter, source }: AdapterDatabase<Source, Handle>,
    private readonly host: SqlSource<ClsTransactionHost>,
  ) {
    super(adapter, source);
  }

  override open(resolve?: SqlResolver): void {
    super.open(resolve);
    const found = isHost(this.host) ? this.host : resolve?.(this.host as SqlToken);
    if (!isHost(found))
      throw new CatgaError(
        'CATGA_CONFIGURATION',
        'nestCls() found no TransactionHost: import ClsModule with ClsPluginTransactional.',
      );
    this.transactions = found as ClsTransactionHost;
  }

  wrap<Adapter extends ClsTransactionalAdapter>(adapter: Adapter): Adapter {
    const optionsFactory = (...args: never[]): ClsAdapterOptions => {
      const options = adapter.optionsFactory(...args) as ClsAdapterOptions;
      const { wrapWithTransaction, wrapWithNestedTransaction } = options;
      return {
        ...options,
        wrapWithTransaction: this.observed(wrapWithTransaction.bind(options), (transact, work) =>
          this.inTransaction(transact, work),
        ),
        ...(wrapWithNestedTransaction && {
          wrapWithNestedTransaction: this.observed(wrapWithNestedTransaction.bind(options), (nest, work) =>
            this.inSavepoint(nest, work),
          ),
        }),
      };
    };
    return Object.assign(Object.create(adapter) as Adapter, { optionsFactory });
  }

  protected override transact<T>(work: (transaction: SqlTransaction<Handle>) => Promise<T>): Promise<T> {
    if (this.transactions === undefined) this.open();
    return (this.transactions as ClsTransactionHost).withTransaction(REQUIRES_NEW, async () => {
      const transaction = this.ambient();
      if (transaction !== undefined) return work(transaction);
      throw new CatgaError(
        'CATGA_CONFIGURATION',
        'Give ClsPluginTransactional the adapter wrapped by database.wrap(adapter).',
      );
    });
  }

  /** `wrap`, with its work in a scope of this database. */
  private observed(
    wrap: Wrap,
    run: (
      transact: (enter: (handle: Handle) => Promise<unknown>) => Promise<unknown>,
      work: Work,
    ) => Promise<unknown>,
  ): Wrap {
    return (options, work, setTx, ...rest) => {
      let handle: unknown;
      const remember: SetTx = (tx) => {
        handle = tx ?? handle;
        setTx(tx);
      };
      return run((enter) => wrap(options, () => enter(handle as Handle), remember, ...rest), work);
    };
  }
}

/**
 * A database whose transactions are those of `@nestjs-cls/transactional`: `@Transactional()` opens transactions of the
 * database, and the database opens transactions of `TransactionHost`.
 * @param database of the library that the adapter of `ClsPluginTransactional` uses: `typeOrm(DataSource)`
 * @param host `TransactionHost`, the token of a named one, or the instance
 * @throws CatgaError `CATGA_CONFIGURATION` for a database that `sqlDatabase()` did not make
 *
 * @publicApi
 */
export function nestCls<Handle>(
  database: SqlDatabase<Handle>,
  host: SqlSource<ClsTransactionHost>,
): ClsSqlDatabase<Handle> {
  if (database instanceof AdapterDatabase)
    return new ClsDatabase(database as AdapterDatabase<unknown, Handle>, host);
  throw new CatgaError(
    'CATGA_CONFIGURATION',
    'nestCls() needs a database of another adapter: nestCls(typeOrm(DataSource), …).',
  );
}

function isHost(value: unknown): boolean {
  return hasMethods(value, 'withTransaction');
}
