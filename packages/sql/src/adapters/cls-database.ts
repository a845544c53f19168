import { CatgaError } from '@catga/core';
import { AdapterDatabase } from '../database/adapter-database.js';
import { hasMethods } from './structure.js';
import type { ClsSqlDatabase, ClsTransactionHost, ClsTransactionalAdapter } from './nest-cls.js';
import type { SqlSource } from '../database/sql-adapter.js';
import type { SqlResolver, SqlToken } from '../database/sql-database.js';
import type { SqlTransaction } from '../database/sql-transaction.js';

type Work = () => Promise<unknown>;
type SetTx = (tx?: unknown) => void;
type Wrap = (options: unknown, work: Work, setTx: SetTx, ...rest: unknown[]) => Promise<unknown>;

interface ClsAdapterOptions {
  readonly wrapWithTransaction: Wrap;
  readonly wrapWithNestedTransaction?: Wrap;
}

/** Of the enum `Propagation`. */
const REQUIRES_NEW = 'REQUIRES_NEW' as never;

/** Database that opens transactions by a `TransactionHost`, and observes all of its transactions. */
export class ClsDatabase<Source, Handle extends object>
  extends AdapterDatabase<Source, Handle>
  implements ClsSqlDatabase<Handle>
{
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
          wrapWithNestedTransaction: this.observed(wrapWithNestedTransaction.bind(options), (nest, work) => {
            const outer = this.scope();
            return outer === undefined ? nest(work) : this.inSavepoint(outer, nest, work);
          }),
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

function isHost(value: unknown): boolean {
  return hasMethods(value, 'withTransaction');
}
