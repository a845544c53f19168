import type { Clock } from '@catga/core/engine';
import type { Bucket } from './bucket.js';

/** Validity of a reading, in milliseconds, in which two clocks drift by less than a millisecond. */
const READING_LASTS_MS = 10_000;
const KEY = 'clock';

interface Reading {
  readonly serverMs: number;
  readonly takenAtMs: number;
}

/**
 * Estimate of the server's time, from the timestamp of a message stored for this purpose, advanced by this
 * machine's monotonic clock. It is never ahead of the server's clock, so nothing expires early.
 */
export class ServerClock {
  private reading: Reading | undefined;
  private takingIt: Promise<Reading> | undefined;

  constructor(
    private readonly bucket: Bucket,
    private readonly clock: Clock,
  ) {}

  /** Milliseconds since 1970, slightly late. */
  async now(): Promise<number> {
    const nowMs = this.clock.monotonicMs();
    const isFresh = this.reading !== undefined && nowMs - this.reading.takenAtMs < READING_LASTS_MS;
    const { serverMs, takenAtMs } = isFresh && this.reading ? this.reading : await this.read();
    return serverMs + Math.max(0, this.clock.monotonicMs() - takenAtMs);
  }

  private read(): Promise<Reading> {
    return (this.takingIt ??= this.take().finally(() => (this.takingIt = undefined)));
  }

  private async take(): Promise<Reading> {
    await this.bucket.put(KEY, new Uint8Array(0));
    const entry = await this.bucket.get(KEY);
    // Read after the reply: the round trip makes this clock late, never early.
    this.reading = { serverMs: entry?.storedAtMs ?? 0, takenAtMs: this.clock.monotonicMs() };
    return this.reading;
  }
}
