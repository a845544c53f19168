import { CatgaError, toError } from '../../errors/catga-error.js';
import type { CatgaLogger } from '../../ports/logger.js';
import type { DurableLog } from '../../ports/durable-log.js';
import type { Clock } from '../../ports/clock.js';
import type { OutboxEntry, OutboxStore } from '../../ports/outbox-store.js';
import type { Timetable, TimetableEntry } from '../../time/timetable.js';
import { failureOf } from '../failure-sink.js';
import type { CatgaErrorSink } from '../failure-sink.js';
import { isRetryable, retryDelayMs } from '../retry-policy.js';
import type { OutboxBacklog } from './outbox-backlog.js';
import { parkedError, parkingFailure } from './parked-message.js';
import { sendInOrder } from './send-in-order.js';
import type { Disposition, UnsentEntry } from './send-in-order.js';

/** Batch size. */
const BATCH = 100;
/** Delay after a failure, which is the maximum delay after a reconnect. */
const PAUSE = { maxAttempts: Infinity, initialDelayMs: 100, maxDelayMs: 5_000, multiplier: 2, jitter: true };
/** Polling interval of a transactional store, in milliseconds. */
const POLL_MS = 1_000;
/** Maximum attempts at a message that fails with an unknown error. */
const MAX_UNKNOWN_FAILURES = 5;

/** Dependencies of the relay. */
export interface RelayServices {
  readonly nodeId: string;
  /** Throws while the engine is not connected. */
  readonly log: () => DurableLog;
  readonly clock: Clock;
  readonly timetable: Timetable;
  readonly failures: CatgaErrorSink;
  readonly logger: CatgaLogger;
}

type Round = 'more' | 'empty' | 'failed';

/**
 * Relay from the outbox store to the engine, oldest first. An entry is removed only after the engine has
 * acknowledged it; the engine deduplicates repetitions by id.
 */
export class OutboxRelay {
  private running: Promise<void> | undefined;
  private isWoken = false;
  private isStopped = false;
  private pause: TimetableEntry | undefined;
  private failedRounds = 0;
  private readonly unknownFailures = new Map<string, number>();
  private readonly listeners = new Set<(round: Round) => void>();

  constructor(
    private readonly store: OutboxStore,
    private readonly backlog: OutboxBacklog,
    private readonly polls: boolean,
    private readonly services: RelayServices,
  ) {}

  /** Wakes the relay. No effect during a delay, so that publishes do not cause more retries during an outage. */
  wake(): void {
    if (this.isStopped || this.pause !== undefined) return;
    this.isWoken = true;
    this.running ??= this.run();
  }

  /** Resolves once nothing waits or, with `orFailed`, once an attempt failed. Begins with an attempt now. */
  emptied(orFailed: boolean): Promise<void> {
    return new Promise((resolve) => {
      const listener = (round: Round): void => {
        if (round === 'more' || (round === 'failed' && !orFailed && !this.isStopped)) return;
        this.listeners.delete(listener);
        resolve();
      };
      this.listeners.add(listener);
      this.endPause();
      if (this.isStopped) listener('failed');
      else this.wake();
    });
  }

  /** Stops sending. */
  stop(): void {
    this.isStopped = true;
    this.endPause();
    if (this.running === undefined) this.tell('failed');
  }

  /** Resolves once nothing is under way any more. */
  async ended(): Promise<void> {
    await this.running;
  }

  private async run(): Promise<void> {
    let round: Round = 'more';
    while (!this.isStopped && (round === 'more' || (round === 'empty' && this.isWoken))) {
      this.isWoken = false;
      round = await this.sendSome();
      if (round !== 'empty' || !this.isWoken) this.tell(round);
    }
    this.running = undefined;
    if (this.isStopped) return this.tell('failed');
    if (round === 'failed') this.pauseFor(retryDelayMs(PAUSE, this.failedRounds));
    else if (this.polls) this.pauseFor(POLL_MS);
  }

  private async sendSome(): Promise<Round> {
    const { store, backlog } = this;
    try {
      const mark = backlog.mark();
      const entries = await store.list('waiting', BATCH);
      if (entries.length === 0) {
        backlog.clear(mark);
        return this.succeeded('empty');
      }
      const { stored, toPark, toRetry } = await sendInOrder(entries, this.send, this.judge);
      for (const unsent of toPark) await this.park(unsent);
      if (stored.length > 0) await store.remove(stored.map(({ id }) => id));
      for (const { id } of stored) this.unknownFailures.delete(id);
      const [first] = toRetry;
      // As long as some get through it is not the engine that is away, and those that do not hold up none but their key.
      if (first === undefined || stored.length + toPark.length > 0) return this.succeeded('more');
      return this.failed(first.error);
    } catch (thrown) {
      this.services.failures.report(failureOf('outbox', thrown));
      return this.failed(toError(thrown));
    }
  }

  private readonly send = async ({ message, delayMs }: OutboxEntry): Promise<void> => {
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

  private succeeded(round: Round): Round {
    if (this.failedRounds > 0)
      this.services.logger.log('The outbox is connected to the engine again, and sends its messages.');
    this.failedRounds = 0;
    return round;
  }

  private failed(error: Error): Round {
    if (this.failedRounds++ === 0)
      this.services.logger.warn(
        `The engine is unavailable; messages are stored in the outbox: ${error.message}`,
      );
    return 'failed';
  }

  private pauseFor(delayMs: number): void {
    this.pause = this.services.timetable.after(delayMs, () => {
      this.pause = undefined;
      this.wake();
    });
  }

  private endPause(): void {
    if (this.pause !== undefined) this.services.timetable.remove(this.pause);
    this.pause = undefined;
  }

  private tell(round: Round): void {
    for (const listener of this.listeners) listener(round);
  }
}
