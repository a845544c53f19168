import type { Clock } from '@catga/core/engine';
import type { EventStore } from '../store/event-store.js';

/** Interval of the checks, and minimum delay of events that is logged, in milliseconds. */
const LOOK_EVERY_MS = 10_000;

/** Services of a watch. */
interface WatchServices {
  readonly clock: Clock;
  readonly store: EventStore;
  warn(line: string): void;
}

/** Logs which open transaction delays the projections: readers of all events wait for the oldest open transaction of the server. */
export class HeldUpWatch {
  private cancel = (): void => {};
  private isStopped = false;
  private told: string | undefined;

  constructor(private readonly services: WatchServices) {}

  start(): void {
    if (this.isStopped || this.services.store.heldUp === undefined) return;
    const look = (): void => {
      void this.look()
        .catch(() => {}) // The store is unavailable: the projections report it.
        .then(() => this.start());
    };
    this.cancel = this.services.clock.setTimer(LOOK_EVERY_MS, look, true);
  }

  stop(): void {
    this.isStopped = true;
    this.cancel();
  }

  private async look(): Promise<void> {
    const held = await this.services.store.heldUp?.();
    const by = held === undefined || held.waitingMs < LOOK_EVERY_MS ? undefined : await held.by();
    if (held !== undefined && by !== undefined && by !== this.told)
      this.services.warn(
        `Projections are delayed by ${Math.round(held.waitingMs / 1000)} s: ${by} has an open transaction that has written something and may still append events.`,
      );
    this.told = by;
  }
}
