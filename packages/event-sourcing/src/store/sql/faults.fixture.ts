import type { SqlExecutor } from '@catga/sql';
import type { EventStore, ProjectionStore } from '../../index.js';

/** A process that ends at one point between two awaits: before or after the `at`th call of its store. After it nothing works. */
export class Faults {
  private count = 0;

  constructor(
    private readonly at: number,
    /** What happens there. */
    private readonly end = (): void => {
      throw new Error('The process has ended.');
    },
  ) {}

  /** The store as the process sees it. */
  around(store: EventStore): EventStore {
    const { projections } = store;
    if (projections === undefined) return store;
    const faulty: ProjectionStore = {
      begin: (...rest) => this.call(() => projections.begin(...rest)),
      list: () => this.call(() => projections.list()),
      rebuild: (...rest) => this.call(() => projections.rebuild(...rest)),
      setStatus: (...rest) => this.call(() => projections.setStatus(...rest)),
      advance: (key, from, to, work) =>
        this.call(() => projections.advance(key, from, to, (tx) => this.call(() => work(this.executor(tx))))),
      goLive: (key, from, work) =>
        this.call(() => projections.goLive(key, from, (tx) => this.call(() => work(this.executor(tx))))),
      forgetRetired: (name, drop) =>
        this.call(
          async () =>
            projections.forgetRetired?.(name, (build, tx) =>
              this.call(() => drop(build, this.executor(tx) ?? tx)),
            ) ?? true,
        ),
      ...(projections.inline && { inline: projections.inline }),
    };
    return {
      append: (...rest) => store.append(...rest),
      read: (...rest) => store.read(...rest),
      readAll: (...rest) => this.call(() => store.readAll(...rest)),
      isBefore: (...rest) => store.isBefore(...rest),
      findDecision: (...rest) => store.findDecision(...rest),
      projections: faulty,
    };
  }

  private executor(tx: SqlExecutor | undefined): SqlExecutor | undefined {
    return tx && { execute: (...rest) => this.call(() => tx.execute(...rest)) };
  }

  private async call<T>(work: () => Promise<T>): Promise<T> {
    this.point();
    const result = await work();
    this.point();
    return result;
  }

  private point(): void {
    if (++this.count >= this.at) this.end();
  }
}
