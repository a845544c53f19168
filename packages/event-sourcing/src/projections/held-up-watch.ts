import type { Clock } from '@catga/core/engine';
import type { EventStore } from '../store/event-store.js';

/** How often it is looked whether readers are held up, and after how long that is told, in milliseconds. */
const LOOK_EVERY_MS = 10_000;

/** What a watch needs. */
interface WatchServices {
  readonly clock: Clock;
  readonly store: EventStore;
  warn(line: string): void;
}

/** Tells who holds read models up: an open transaction, wherever it is on the server, keeps all readers from what was appended since. */
export class HeldUpWatch {
  private cancel = (): void => {};
  private isStopped = false;
  private told: string | undefined;

  constructor(private readonly services: WatchServices) {}

  start(): void {
    if (this.isStopped || this.services.store.heldUp === undefined) return;
    const look = (): void => {
      void this.look()
        .catch(() => {}) // The store is away, which the projections tell.
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
        `Read models are held up, and events wait for ${Math.round(held.waitingMs / 1000)} s: ${by} has an open transaction that has written something and may still append.`,
      );
    this.told = by;
  }
}
