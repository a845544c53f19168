import type { Bucket } from '../jetstream/bucket.js';
import type { DeliveryOrigin } from './nats-delivery.js';

/**
 * How often a handler was given a message, where that is more or less than once: the server counts every delivery, those
 * that nobody received and those that were given back untouched too. Read and written only for what comes again.
 */
export class AttemptCounts {
  /** @param keptMs for how long a count matters, in milliseconds */
  constructor(
    private readonly bucket: Bucket,
    private readonly keptMs: number,
  ) {}

  /**
   * What was noted.
   * @param unnoted what it is if nothing was: 1 where the first attempt is not noted, 0 where every one is
   */
  async of(origin: DeliveryOrigin, unnoted: 0 | 1): Promise<number> {
    const entry = await this.bucket.get(keyOf(origin));
    const count = entry === undefined ? unnoted : Number(new TextDecoder().decode(entry.value));
    return Number.isInteger(count) && count >= 0 ? count : unnoted;
  }

  /** Only by whoever has the delivery, so that there is nobody to race with. */
  async set(origin: DeliveryOrigin, count: number): Promise<void> {
    await this.bucket.keepFor(this.keptMs);
    await this.bucket.put(keyOf(origin), new TextEncoder().encode(String(count)));
  }
}

/** With the time it was stored: a stream that is made anew counts from 1 again. */
function keyOf({ consumer, sequence, storedAtMs }: DeliveryOrigin): string {
  return `${consumer}.${sequence}.${Math.floor(storedAtMs)}`;
}
