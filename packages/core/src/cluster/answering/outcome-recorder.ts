import type { StoredOutcome } from '../../ports/idempotency-store.js';
import type { NodeAddress } from '../../ports/links.js';
import type { LoggedOutcome, OutcomeLog } from '../../ports/outcome-log.js';

/** Appends outcomes of this node to the shared outcome log, in one append per turn of the event loop. */
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
   * The reply does not wait for the append: the record is only needed on failover, when the reply is lost and this node
   * has crashed.
   */
  record(id: string, outcome: StoredOutcome): void {
    this.batch.push({ id, outcome });
    if (this.batch.length === 1) setImmediate(this.append);
  }

  /** Recorded outcome of a request at a node. */
  find(node: NodeAddress, id: string): Promise<StoredOutcome | undefined> {
    return this.log.find(node, id);
  }

  /** Resolves once all outcomes are appended. */
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
