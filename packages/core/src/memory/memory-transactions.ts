import { AsyncLocalStorage } from 'node:async_hooks';
import { CatgaError } from '../errors/catga-error.js';

/** A transaction of nothing but what takes part in it. */
export class MemoryTransaction {
  isOpen = true;
  private readonly commits: (() => void)[] = [];
  private readonly rollbacks: (() => void)[] = [];

  /** @param rollback undoes what was done at once, for others to see */
  enlist(commit: () => void, rollback: () => void = () => {}): void {
    this.commits.push(commit);
    this.rollbacks.push(rollback);
  }

  end(isCommitted: boolean): void {
    this.isOpen = false;
    for (const finish of isCommitted ? this.commits : this.rollbacks) finish();
  }
}

/** Transactions that stand in for those of a database, ambient as those are. */
export class MemoryTransactions {
  private readonly ambient = new AsyncLocalStorage<MemoryTransaction>();

  /** The open transaction of the calling code. */
  get current(): MemoryTransaction | undefined {
    const transaction = this.ambient.getStore();
    return transaction?.isOpen === true ? transaction : undefined;
  }

  async run<T>(work: (transaction: MemoryTransaction) => Promise<T>): Promise<T> {
    const transaction = new MemoryTransaction();
    let isCommitted = false;
    try {
      const result = await this.ambient.run(transaction, () => work(transaction));
      isCommitted = true;
      return result;
    } finally {
      transaction.end(isCommitted);
    }
  }

  /** The transaction of a handle, or of the calling code. */
  transactionOf(handle: unknown): MemoryTransaction | undefined {
    if (handle === undefined) return this.current;
    if (handle instanceof MemoryTransaction && handle.isOpen) return handle;
    throw new CatgaError('CATGA_CONFIGURATION', 'The transaction is none of this outbox, or has ended.');
  }
}
