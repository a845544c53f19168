import type { StoredOutcome } from '../../ports/idempotency-store.js';
import type { NodeAddress } from '../../ports/links.js';
import type { LoggedOutcome, OutcomeLog } from '../../ports/outcome-log.js';

/** Appends what this node finished to the shared log, one append for all of a turn of the event loop. */
export class OutcomeRecorder {
  private batch: LoggedOutcome[] = [];
  private appending: Promise<void> = Promise.resolve();

  constructor(
    private readonly log: OutcomeLog,
    private readonly self: NodeAddress,
    private readonly ttlMs: number,
    private readonly onFailure: (thrown: unknown) => void,
  ) {}

  /**
   * The reply does not wait for it: whoever asked knows the outcome then, and the record serves only a node that takes
   * over when the reply is lost and this node is gone too.
   */
  record(id: string, outcome: StoredOutcome): void {
    this.batch.push({ id, outcome });
    if (this.batch.length === 1) setImmediate(this.append);
  }

  /** What a node recorded of a request. */
  find(node: NodeAddress, id: string): Promise<StoredOutcome | undefined> {
    return this.log.find(node, id);
  }

  /** Resolves once all is appended. */
  async flush(): Promise<void> {
    this.append();
    await this.appending;
  }

  private readonly append = (): void => {
    const { batch } = this;
    if (batch.length === 0) return;
    this.batch = [];
    const appended = this.log.append(this.self, batch, this.ttlMs).catch(this.onFailure);
    this.appending = Promise.all([this.appending, appended]).then(() => {});
  };
}
