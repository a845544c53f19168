import { toError } from '../../errors/catga-error.js';
import type { OutboxEntry, OutboxFilter, TransactionalOutboxStore } from '../../ports/outbox-store.js';
import { failureOf } from '../failure-sink.js';
import { CommittedEntries } from './committed-entries.js';
import { EngineWeather } from './engine-weather.js';
import { EntrySender } from './entry-sender.js';
import { KnownEntries } from './known-entries.js';
import { ALL_SLOTS, slotOf, slotsOfNode } from './outbox-slots.js';
import { RelayPause } from './relay-pause.js';
import type { RelayServices, Round } from './relay-services.js';
import { SentEntries } from './sent-entries.js';

/** Number of entries that are read and sent at once. */
const PAGE = 1000;
/** Once no more than so many wait, they are taken into memory. */
const REST = 200;
/** Time between two looks for entries that nobody has sent, and their least age, in milliseconds. */
const SWEEP_MS = 5_000;
/** Every so many looks all slots are read from their beginning. */
const SWEEPS_PER_RESCAN = 6;

/**
 * Relay of a transactional outbox. What this node commits it sends from memory at once. It reads the store when it starts,
 * after a failure and when there is too much for memory: then it sends the entries of its slots, after them those of the
 * slots that it dropped something of, page by page, and takes the rest into memory. Every few seconds it looks for what
 * a dead node left.
 *
 * Nodes may send the same entries: the engine deduplicates them by id.
 */
export class CommittedRelay {
  private readonly sender: EntrySender;
  private readonly weather: EngineWeather;
  private readonly knownEntries = new KnownEntries();
  private readonly sent: SentEntries;
  private readonly memory: CommittedEntries;
  /** Whether entries are read from the store, and what is committed waits there. */
  private isReading = true;
  /** Whether the rest of them is about to be in memory. */
  private isTakingOver = false;
  /** Slots of entries of this node that wait in the store. */
  private touched = new Set<number>();
  private isStarted = false;
  private isStopped = false;
  /** Whether an entry in memory was refused while the store was read. */
  private hasFailed = false;
  private running: Promise<void> | undefined;
  private readonly pause: RelayPause;
  private sweeps = 0;
  private readonly listeners = new Set<(round: Round) => void>();

  constructor(
    private readonly store: TransactionalOutboxStore,
    private readonly services: RelayServices,
  ) {
    const report = (thrown: unknown): void => services.failures.reportFlood(failureOf('outbox', thrown));
    this.sender = new EntrySender(store, services);
    this.pause = new RelayPause(services.timetable, () => this.wake());
    this.weather = new EngineWeather(services.logger);
    this.sent = new SentEntries(store, services.timetable, this.knownEntries, report);
    this.memory = new CommittedEntries(store, this.sender, this.sent, this.knownEntries, {
      sent: () => void this.weather.succeeded('more'),
      unsent: (entries, error) => this.fallBehind(error, entries),
    });
  }

  /** Whether it sends now, or is about to be told of a commit; not while it waits for the next attempt or the next look. */
  get isBusy(): boolean {
    return this.memory.size > 0 || this.running !== undefined || this.store.isWatching === true;
  }

  /** Whether a message has to go through the store, because an earlier one may wait there. */
  mustWait(key: string | undefined): boolean {
    return this.isReading || this.isTakingOver || (key !== undefined && this.memory.hasKey(key));
  }

  /** Ids of entries of a key that it sends, or has just sent. */
  known(key: string): readonly string[] {
    return this.knownEntries.idsOf(key);
  }

  /** Takes committed entries. Without entries it reads the store now. */
  committed(entries: readonly OutboxEntry[]): void {
    if (this.isStopped) return;
    if (!this.isReading && entries.length > 0) return this.memory.take(entries);
    this.touch(entries.length > 0 ? entries.map(slotOf) : ALL_SLOTS);
    this.isReading = true;
    this.wake();
  }

  start(): void {
    this.isStarted = true;
    this.wake();
  }

  /** The engine did not take a message, or there are too many: from now on they wait in the store. */
  fallBehind(error: Error | undefined, unsent: readonly OutboxEntry[] = []): void {
    if (this.isStopped) return;
    this.touch([...unsent, ...this.memory.drop()].map(slotOf));
    const wasReading = this.isReading;
    this.isReading = true;
    if (wasReading) return;
    this.pause.end();
    if (error === undefined) return this.wake();
    this.weather.failed(error);
    this.hasFailed = true;
    if (this.running === undefined) this.pause.begin(this.weather.pauseMs);
  }

  /** Ends the pause after a failure: the engine is back. */
  retryNow(): void {
    this.hasFailed = false;
    this.wake();
  }

  /** Resolves once nothing waits here or, with `orFailed`, once an attempt failed. Begins with an attempt now. */
  async emptied(orFailed: boolean): Promise<void> {
    await this.memory.idle();
    this.hasFailed = false; // ends the pause
    while (this.isReading && !this.isStopped) {
      const round = await new Promise<Round>((resolve) => {
        this.listeners.add(resolve);
        this.wake();
      });
      await this.memory.idle();
      if (orFailed && (round === 'failed' || this.isReading)) break;
    }
    await this.sent.flush();
  }

  stop(): void {
    this.isStopped = true;
    this.pause.end();
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
    if (!this.isStarted || this.isStopped || (this.isReading && this.pause.isOn && this.hasFailed)) return;
    this.pause.end();
    this.running ??= this.run();
  }

  private touch(slots: readonly number[]): void {
    for (const slot of slots) this.touched.add(slot);
  }

  private async run(): Promise<void> {
    let round: Round;
    do {
      this.hasFailed = false;
      round = this.isReading ? await this.catchUp() : await this.sweep();
    } while (!this.isStopped && round !== 'failed' && !this.hasFailed && this.isReading);
    this.running = undefined;
    if (this.isStopped) round = 'failed';
    this.hasFailed ||= round === 'failed';
    this.tell(round);
    if (!this.isStopped) this.pause.begin(this.hasFailed ? this.weather.pauseMs : SWEEP_MS);
  }

  /** Sends what waits in this node's slots, then in those touched, and goes on from memory. */
  private async catchUp(): Promise<Round> {
    try {
      await this.memory.idle();
      const own = this.ownSlots();
      const others = [...this.touched].filter((slot) => !own.includes(slot));
      for (const slots of [own, others]) {
        const failure = slots.length === 0 ? undefined : await this.sendPages(slots);
        if (failure !== undefined) return this.weather.failed(failure);
      }
      if (!this.isStopped) await this.takeOver();
    } catch (thrown) {
      this.services.failures.reportFlood(failureOf('outbox', thrown));
      this.isReading = true;
      return this.weather.failed(toError(thrown));
    }
    return this.isStopped ? 'failed' : 'empty';
  }

  /**
   * Sends the entries of slots, in the store's order, until few are left; reads a page while the one before is sent. Returns
   * why none got through.
   */
  private async sendPages(slots: readonly number[]): Promise<Error | undefined> {
    let after: string | undefined;
    let next: Promise<readonly OutboxEntry[]> | undefined;
    while (!this.isStopped) {
      if (after === undefined) await this.sent.flush();
      const entries = await (next ?? this.store.list('waiting', PAGE, after, { slots }));
      if (after === undefined && entries.length <= REST) return undefined;
      const last = entries.at(-1)?.id;
      next = last === undefined ? undefined : this.store.list('waiting', PAGE, last, { slots });
      next?.catch(() => {}); // Seen by whoever awaits it.
      const { toRetry, gotThrough } = await this.sendListed(entries.filter(({ id }) => !this.sent.has(id)));
      if (toRetry !== undefined && !gotThrough) return toRetry;
      this.weather.succeeded('more');
      // What comes later of a key that is to be tried again may not pass it.
      after = toRetry === undefined ? last : undefined;
      if (after === undefined) next = undefined;
    }
    await next?.catch(() => {});
    return undefined;
  }

  /** Takes the rest into memory. What is committed meanwhile goes there too, and knows what it has to wait for. */
  private async takeOver(): Promise<void> {
    const { touched } = this;
    const slots = [...new Set([...this.ownSlots(), ...touched])];
    this.touched = new Set();
    this.isTakingOver = true;
    this.isReading = false;
    try {
      await this.sent.flush();
      const entries = await this.store.list('waiting', PAGE, undefined, { slots });
      if (this.isReading || entries.length >= PAGE) {
        // Something failed meanwhile, or more has come than memory is for.
        this.touch([...touched]);
        this.isReading = true;
      } else this.memory.take(entries);
    } catch (thrown) {
      this.touch([...touched]);
      throw thrown;
    } finally {
      this.isTakingOver = false;
    }
  }

  /** Looks for entries that nobody has sent. */
  private async sweep(): Promise<Round> {
    const { store } = this;
    const isRescan = ++this.sweeps % SWEEPS_PER_RESCAN === 0;
    try {
      const own = { slots: this.ownSlots(), olderThanMs: SWEEP_MS };
      let after: string | undefined;
      do {
        const entries = await store.list('waiting', PAGE, after, own);
        after = entries.at(-1)?.id;
        await this.sendSwept(entries);
      } while (after !== undefined && !this.isReading && !this.isStopped);
      if (!isRescan || this.isReading) return 'empty';
      // Nodes may disagree about their slots: nothing is left to nobody.
      await this.sendSwept(
        await store.list('waiting', PAGE, undefined, { slots: ALL_SLOTS, olderThanMs: 2 * SWEEP_MS }),
      );
      if (own.slots.includes(0)) await store.maintain?.();
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
    if (toRetry !== undefined && !gotThrough) this.fallBehind(toRetry, entries);
  }

  private async sendListed(
    entries: readonly OutboxEntry[],
  ): Promise<{ readonly toRetry: Error | undefined; readonly gotThrough: boolean }> {
    if (entries.length === 0) return { toRetry: undefined, gotThrough: true };
    const { stored, toPark, toRetry } = await this.sender.send(entries);
    for (const entry of stored) this.sent.add(entry);
    return { toRetry: toRetry[0]?.error, gotThrough: stored.length + toPark.length > 0 };
  }

  private ownSlots(): NonNullable<OutboxFilter['slots']> {
    return slotsOfNode(this.services.nodeId, this.services.replicas());
  }

  private tell(round: Round): void {
    for (const listener of this.listeners) listener(round);
    this.listeners.clear();
  }
}
