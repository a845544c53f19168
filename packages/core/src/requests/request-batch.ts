import type { CatgaResult } from '../contracts/result.js';
import { toError } from '../errors/catga-error.js';
import type { Admission } from '../pipeline/admission/admission.js';
import { Recycled } from '../pipeline/recycled.js';

/** The results of requests that were sent together, in the order of the requests. */
export class RequestBatch {
  /** Resolves when all results are in; never rejects. */
  readonly results: Promise<CatgaResult<unknown>[]>;
  private readonly collected: CatgaResult<unknown>[] = [];
  private resolve: (results: CatgaResult<unknown>[]) => void = () => {};
  private missing: number;

  constructor(size: number) {
    this.missing = size;
    this.collected.length = size;
    this.results = new Promise((resolve) => (this.resolve = resolve));
    if (size === 0) this.resolve(this.collected);
  }

  succeed(index: number, value: unknown): void {
    this.collected[index] = { ok: true, value };
    if (--this.missing === 0) this.resolve(this.collected);
  }

  fail(index: number, thrown: unknown): void {
    this.collected[index] = { ok: false, error: toError(thrown) };
    if (--this.missing === 0) this.resolve(this.collected);
  }
}

/** Waits for the outcomes of the requests of all batches: promises that call back once. */
export class BatchWaiters {
  private readonly waiters: Recycled<BatchWaiter> = new Recycled(
    () => new BatchWaiter(this.admission, this.waiters),
  );

  constructor(private readonly admission: Admission) {}

  /** The outcome is the result at `index`; a place that was taken is left when it is there. */
  wait(batch: RequestBatch, index: number, outcome: Promise<unknown>, hasPlace: boolean): void {
    this.waiters.take().wait(batch, index, outcome, hasPlace);
  }
}

/** Waits for one outcome at a time. */
class BatchWaiter {
  private batch: RequestBatch | undefined;
  private index = 0;
  private hasPlace = false;

  constructor(
    private readonly admission: Admission,
    private readonly home: Recycled<BatchWaiter>,
  ) {}

  wait(batch: RequestBatch, index: number, outcome: Promise<unknown>, hasPlace: boolean): void {
    this.batch = batch;
    this.index = index;
    this.hasPlace = hasPlace;
    void outcome.then(this.succeed, this.fail);
  }

  private readonly succeed = (value: unknown): void => {
    const { batch, index } = this;
    this.leave();
    batch?.succeed(index, value);
  };

  private readonly fail = (thrown: unknown): void => {
    const { batch, index } = this;
    this.leave();
    batch?.fail(index, thrown);
  };

  private leave(): void {
    if (this.hasPlace) this.admission.leave();
    this.batch = undefined;
    this.home.giveBack(this);
  }
}
