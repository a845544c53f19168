import { toError } from '../../errors/catga-error.js';
import type { OutboxEntry, OutboxFilter, TransactionalOutboxStore } from '../../ports/outbox-store.js';
import type { TimetableEntry } from '../../time/timetable.js';
import { failureOf } from '../failure-sink.js';
import { CommittedEntries } from './committed-entries.js';
import { EngineWeather } from './engine-weather.js';
import { EntrySender } from './entry-sender.js';
import { ALL_SLOTS, slotOf, slotsOfNode } from './outbox-slots.js';
import type { RelayServices, Round } from './relay-services.js';
import { SentEntries } from './sent-entries.js';

/** Number of entries that are read and sent at once. */
const PAGE = 1000;
/** Time between two looks for entries that nobody has sent, and their least age, in milliseconds. */
const SWEEP_MS = 5_000;
/** Every so many looks all slots are read from their beginning. */
const SWEEPS_PER_RESCAN = 6;

/**
 * Relay of a transactional outbox. What this node commits it sends from memory at once. It reads the store when it starts,
 * after a failure and when there is too much for memory: then it sends the entries of its slots, and of what it dropped, in
 * the store's order, until none is left. Meanwhile, and every few seconds, it looks for what a dead node left.
 *
 * Nodes may send the same entries: the engine deduplicates them by id.
 */
export class CommittedRelay {
  private readonly sender: EntrySender;
  private readonly weather: EngineWeather;
  private readonly sent: SentEntries;
  private readonly memory: CommittedEntries;
  /** Whether entries are read from the store, so that new ones have to wait behind them. */
  private isReading = true;
  /** Slots of entries that were committed or dropped while {@link isReading}. */
  private readonly touched = new Set<number>();
  private isStarted = false;
  private isStopped = false;
  private isWoken = false;
  private running: Promise<void> | undefined;
  private pause: TimetableEntry | undefined;
  private sweeps = 0;
  private sweptTo: string | undefined;
  private readonly listeners = new Set<(round: Round) => void>();

  constructor(
    private readonly store: TransactionalOutboxStore,
    private readonly services: RelayServices,
  ) {
    const report = (thrown: unknown): void => services.failures.reportFlood(failureOf('outbox', thrown));
    this.sender = new EntrySender(store, services);
    this.weather = new EngineWeather(services.logger);
    this.sent = new SentEntries(store, services.timetable, report);
    this.memory = new CommittedEntries(store, this.sender, this.sent, (error) => this.fallBehind(error));
  }

  /** Whether it sends now; not while it waits for the next attempt or the next look. */
  get isBusy(): boolean {
    return this.memory.size > 0 || this.running !== undefined;
  }

  /** Whether a message has to go through the store, because an earlier one may wait there. */
  mustWait(key: string | undefined): boolean {
    return this.isReading || (key !== undefined && this.memory.hasKey(key));
  }

  /** Takes committed entries. Without entries it reads the store now. */
  committed(entries: readonly OutboxEntry[]): void {
    if (this.isStopped) return;
    if (!this.isReading && entries.length > 0) return this.memory.take(entries);
    this.touch(entries.length > 0 ? entries : undefined);
    if (!this.isReading) this.readFrom();
    this.wake();
  }

  start(): void {
    this.isStarted = true;
    this.wake();
  }

  /** The engine did not take a message: from now on they wait in the store. */
  fallBehind(error: Error | undefined): void {
    if (this.isStopped) return;
    this.memory.drop();
    if (this.isReading) return;
    this.touch(undefined);
    this.readFrom();
    if (error === undefined) return this.wake();
    this.weather.failed(error);
    if (this.running === undefined) this.pauseFor(this.weather.pauseMs);
  }

  /** Resolves once nothing waits here or, with `orFailed`, once an attempt failed. Begins with an attempt now. */
  async emptied(orFailed: boolean): Promise<void> {
    await this.memory.idle();
    if (this.isReading && !this.isStopped) {
      await new Promise<void>((resolve) => {
        const listener = (round: Round): void => {
          if (round === 'more' || (round === 'failed' && !orFailed && !this.isStopped)) return;
          this.listeners.delete(listener);
          resolve();
        };
        this.listeners.add(listener);
        this.endPause();
        this.wake();
      });
    }
    await this.sent.flush();
  }

  stop(): void {
    this.isStopped = true;
    this.endPause();
    this.memory.drop();
    if (this.running === undefined) this.tell('failed');
  }

  /** Resolves once nothing is under way any more. */
  async ended(): Promise<void> {
    await this.running;
    await this.memory.idle();
    await this.sent.flush();
  }

  private wake(): void {
    this.isWoken = true;
    if (!this.isStarted || this.isStopped || (this.isReading && this.pause !== undefined)) return;
    this.endPause();
    this.running ??= this.run();
  }

  /** From now on what is committed is read from the store. */
  private readFrom(): void {
    this.isReading = true;
    this.endPause();
  }

  private touch(entries: readonly OutboxEntry[] | undefined): void {
    for (const slot of entries?.map(slotOf) ?? ALL_SLOTS) this.touched.add(slot);
  }

  private async run(): Promise<void> {
    let round: Round;
    do {
      round = this.isReading ? await this.catchUp() : await this.sweep();
    } while (!this.isStopped && round !== 'failed' && this.isReading);
    this.running = undefined;
    if (this.isStopped) return this.tell('failed');
    this.tell(round);
    this.pauseFor(round === 'failed' ? this.weather.pauseMs : SWEEP_MS);
  }

  /** Sends all that waits in this node's slots and in those touched, in the store's order. */
  private async catchUp(): Promise<Round> {
    await this.memory.idle();
    let after: string | undefined;
    let isComplete = false;
    let foundSome = false;
    try {
      while (!isComplete && !this.isStopped) {
        if (after === undefined) {
          this.isWoken = false;
          foundSome = false;
          await this.sent.flush();
        }
        const slots = [...new Set([...this.ownSlots(), ...this.touched])];
        const entries = await this.store.list('waiting', PAGE, after, { slots });
        const unsent = entries.filter(({ id }) => !this.sent.has(id));
        foundSome ||= unsent.length > 0;
        const { toRetry, gotThrough } = await this.sendListed(unsent);
        if (toRetry !== undefined && !gotThrough) return this.weather.failed(toRetry);
        if (unsent.length > 0) this.weather.succeeded('more');
        if (entries.length === 0) isComplete = !foundSome && !this.isWoken;
        // What comes later of a key that is to be tried again may not pass it.
        after = toRetry === undefined ? entries.at(-1)?.id : undefined;
      }
    } catch (thrown) {
      this.services.failures.reportFlood(failureOf('outbox', thrown));
      return this.weather.failed(toError(thrown));
    }
    if (this.isStopped) return 'failed';
    this.isReading = false;
    this.touched.clear();
    this.sweptTo = undefined;
    return this.weather.succeeded('empty');
  }

  /** Looks for entries that nobody has sent. */
  private async sweep(): Promise<Round> {
    const { store } = this;
    const isRescan = ++this.sweeps % SWEEPS_PER_RESCAN === 0;
    if (isRescan) this.sweptTo = undefined;
    try {
      const own = { slots: this.ownSlots(), olderThanMs: SWEEP_MS };
      for (let isFull = true; isFull && !this.isReading && !this.isStopped;) {
        const entries = await store.list('waiting', PAGE, this.sweptTo, own);
        isFull = entries.length > 0;
        this.sweptTo = entries.at(-1)?.id ?? this.sweptTo;
        await this.sendSwept(entries);
      }
      if (!isRescan || this.isReading) return 'empty';
      // Nodes may disagree about their slots: nothing is left to nobody.
      await this.sendSwept(await store.list('waiting', PAGE, undefined, { olderThanMs: 2 * SWEEP_MS }));
      await store.maintain?.();
    } catch (thrown) {
      // The store is away: the next look may find it.
      this.services.failures.reportFlood(failureOf('outbox', thrown));
    }
    return 'empty';
  }

  private async sendSwept(entries: readonly OutboxEntry[]): Promise<void> {
    const { memory, sent } = this;
    const { toRetry, gotThrough } = await this.sendListed(
      entries.filter(({ id }) => !memory.has(id) && !sent.has(id)),
    );
    if (toRetry !== undefined && !gotThrough) this.fallBehind(toRetry);
  }

  private async sendListed(
    entries: readonly OutboxEntry[],
  ): Promise<{ readonly toRetry: Error | undefined; readonly gotThrough: boolean }> {
    if (entries.length === 0) return { toRetry: undefined, gotThrough: true };
    const { stored, toPark, toRetry } = await this.sender.send(entries);
    for (const { id } of stored) this.sent.add(id);
    return { toRetry: toRetry[0]?.error, gotThrough: stored.length + toPark.length > 0 };
  }

  private ownSlots(): NonNullable<OutboxFilter['slots']> {
    return slotsOfNode(this.services.nodeId, this.services.replicas());
  }

  private pauseFor(delayMs: number): void {
    this.endPause();
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
