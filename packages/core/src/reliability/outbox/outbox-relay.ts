import { toError } from '../../errors/catga-error.js';
import type { OutboxStore } from '../../ports/outbox-store.js';
import { failureOf } from '../failure-sink.js';
import { EngineWeather } from './engine-weather.js';
import { EntrySender } from './entry-sender.js';
import type { OutboxBacklog } from './outbox-backlog.js';
import { RelayPause } from './relay-pause.js';
import type { RelayServices, Round } from './relay-services.js';

/** Batch size. */
const BATCH = 100;

/**
 * Relay from an outbox of this node to the engine, oldest first. An entry is removed only after the engine has
 * acknowledged it; the engine deduplicates repetitions by id.
 */
export class OutboxRelay {
  private running: Promise<void> | undefined;
  private isWoken = false;
  private isStopped = false;
  private readonly pause: RelayPause;
  private readonly sender: EntrySender;
  private readonly weather: EngineWeather;
  private readonly listeners = new Set<(round: Round) => void>();

  constructor(
    private readonly store: OutboxStore,
    private readonly backlog: OutboxBacklog,
    private readonly services: RelayServices,
  ) {
    this.sender = new EntrySender(store, services);
    this.pause = new RelayPause(services.timetable, () => this.wake());
    this.weather = new EngineWeather(services.logger);
  }

  /** Whether it sends now; not while it waits for the next attempt. */
  get isBusy(): boolean {
    return this.running !== undefined;
  }

  /** Wakes the relay. No effect after a failure until the next attempt, so that publishes cause no more of them. */
  wake(): void {
    if (this.isStopped || this.pause.isOn) return;
    this.isWoken = true;
    this.running ??= this.run();
  }

  /** Ends the pause after a failure: the engine is back. */
  retryNow(): void {
    this.pause.end();
    this.wake();
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
      this.pause.end();
      if (this.isStopped) listener('failed');
      else this.wake();
    });
  }

  /** Stops sending. */
  stop(): void {
    this.isStopped = true;
    this.pause.end();
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
    if (round === 'failed') this.pause.begin(this.weather.pauseMs);
  }

  private async sendSome(): Promise<Round> {
    const { store, backlog, sender, weather } = this;
    try {
      const mark = backlog.mark();
      const entries = await store.list('waiting', BATCH);
      if (entries.length === 0) {
        backlog.clear(mark);
        return weather.succeeded('empty');
      }
      const { stored, toPark, toRetry } = await sender.send(entries);
      if (stored.length > 0) await store.remove(stored.map(({ id }) => id));
      const [first] = toRetry;
      // As long as some get through it is not the engine that is away, and those that do not hold up none but their key.
      if (first === undefined || stored.length + toPark.length > 0) return weather.succeeded('more');
      return weather.failed(first.error);
    } catch (thrown) {
      this.services.failures.report(failureOf('outbox', thrown));
      return weather.failed(toError(thrown));
    }
  }

  private tell(round: Round): void {
    for (const listener of this.listeners) listener(round);
  }
}
