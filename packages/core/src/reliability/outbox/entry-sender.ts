import { CatgaError } from '../../errors/catga-error.js';
import type { OutboxEntry, OutboxStore } from '../../ports/outbox-store.js';
import { failureOf } from '../failure-sink.js';
import { isRetryable } from '../retry-policy.js';
import { parkedError, parkingFailure } from './parked-message.js';
import type { RelayServices } from './relay-services.js';
import { sendInOrder } from './send-in-order.js';
import type { Disposition, SendReport, UnsentEntry } from './send-in-order.js';

/** Maximum attempts at a message that fails with an unknown error. */
const MAX_UNKNOWN_FAILURES = 5;

/** Sends entries of an outbox to the engine, and parks those that it refuses permanently. */
export class EntrySender {
  private readonly unknownFailures = new Map<string, number>();

  constructor(
    private readonly store: OutboxStore,
    private readonly services: RelayServices,
  ) {}

  /** Sends entries, those of one key in order. What the engine refuses is parked when this resolves. */
  async send(entries: readonly OutboxEntry[]): Promise<SendReport> {
    const report = await sendInOrder(entries, this.append, this.judge);
    for (const { id } of report.stored) this.unknownFailures.delete(id);
    for (const unsent of report.toPark) await this.park(unsent);
    return report;
  }

  private readonly append = async ({ message, delayMs }: OutboxEntry): Promise<void> => {
    const { clock, log } = this.services;
    const remainingMs =
      delayMs === undefined ? undefined : Math.max(0, message.sentAtMs + delayMs - clock.now());
    await log().append(message, { delayMs: remainingMs });
  };

  private readonly judge = ({ entry: { id }, error }: UnsentEntry): Disposition => {
    if (!isRetryable(error)) return 'park';
    if (error instanceof CatgaError) return 'retry';
    const failures = (this.unknownFailures.get(id) ?? 0) + 1;
    this.unknownFailures.set(id, failures);
    return failures < MAX_UNKNOWN_FAILURES ? 'retry' : 'park';
  };

  private async park(unsent: UnsentEntry): Promise<void> {
    const { nodeId, clock } = this.services;
    const { id } = unsent.entry;
    const attempts = this.unknownFailures.get(id) ?? 1;
    await this.store.park(id, parkingFailure(unsent, attempts, nodeId, clock.now()));
    this.unknownFailures.delete(id);
    this.services.failures.report(failureOf('outbox', parkedError(unsent)));
  }
}
