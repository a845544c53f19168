import { setTimeout as pause } from 'node:timers/promises';
import { CatgaError } from '@catga/nestjs';
import { lineOf } from '@catga/core/engine';
import { eventOf } from '../handling/event-id.js';
import type { Checkpoint, EventStore } from '../store/event-store.js';
import type { ProjectionHost } from './projection-host.js';

/** Initial and maximum pause between two checks, in milliseconds. */
const FIRST_PAUSE_MS = 2;
const LONGEST_PAUSE_MS = 50;
/** Maximum wait of a reader without a deadline, in milliseconds. */
const LONGEST_WAIT_MS = 30_000;

/** Delays readers until read models have handled an event, on any node. */
export class ReadBarrier {
  constructor(
    private readonly projections: ProjectionHost,
    private readonly store: () => EventStore,
  ) {}

  /**
   * Resolves when the live builds have handled the event `after`. `CATGA_TIMEOUT` when the deadline passes first, or 30 s without one;
   * `CATGA_VALIDATION_FAILED` if `after` is not the id of an event.
   */
  async passed(names: readonly string[], after: string, signal: AbortSignal): Promise<void> {
    const { stream, version } = eventOf(after);
    if (version === 0) return;
    const place = await this.placeOf(stream, version, after);
    const endMs = performance.now() + LONGEST_WAIT_MS;
    this.projections.wake();
    for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(LONGEST_PAUSE_MS, pauseMs * 2)) {
      const missing = await this.missing(names, place, stream, version);
      if (missing === undefined) return;
      if (signal.aborted || performance.now() > endMs)
        throw new CatgaError(
          'CATGA_TIMEOUT',
          `The projection '${missing}' did not handle ${after} in time.`,
          {
            details: { projection: missing, after },
          },
        );
      await pause(pauseMs, undefined, { signal }).catch(() => {});
    }
  }

  /** The first projection that has not handled the event. */
  private async missing(
    names: readonly string[],
    place: Checkpoint,
    stream: string,
    version: number,
  ): Promise<string | undefined> {
    const { store } = this.projections;
    const all = await store.list();
    for (const name of names) {
      const live = all.find((one) => one.name === name && one.role === 'live');
      if (live === undefined) return name;
      if (live.checkpoint !== undefined && !this.store().isBefore(live.checkpoint, place)) continue;
      const behind = (await store.inline?.behind(live, new Map([[stream, version]]))) ?? [stream];
      if (behind.length > 0) return name;
    }
    return undefined;
  }

  private async placeOf(stream: string, version: number, after: string): Promise<Checkpoint> {
    let problem = 'there is no such event';
    try {
      for await (const { checkpoint } of this.store().read(stream, version)) return checkpoint;
    } catch (thrown) {
      if (!(thrown instanceof CatgaError) || thrown.code !== 'CATGA_VALIDATION_FAILED') throw thrown;
      problem = lineOf(thrown);
    }
    throw new CatgaError('CATGA_VALIDATION_FAILED', `Cannot read after '${after}': ${problem}.`, {
      details: { issues: [{ path: ['after'], message: 'is not the id of an event' }] },
    });
  }
}
