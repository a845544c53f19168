import type { Bucket } from '../jetstream/bucket.js';
import type { DeliveryOrigin } from './nats-delivery.js';

/** Which message of which consumer is meant. */
export type AttemptPlace = Pick<DeliveryOrigin, 'consumer' | 'sequence' | 'storedAtMs'>;

/**
 * What is noted of a message: an attempt that has begun, or one that has failed and when the next is due, or that it was taken away,
 * and nobody may begin it.
 */
export type AttemptState =
  | { readonly state: 'begun'; readonly count: number }
  | { readonly state: 'waiting'; readonly count: number; readonly dueAtMs: number }
  | { readonly state: 'taken' };

/** A note, and its revision for a compare-and-set; 0 if there is none. */
export interface AttemptNote {
  readonly noted: AttemptState | undefined;
  readonly revision: number;
}

const TAKEN = 'taken';

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

  async read(place: AttemptPlace): Promise<AttemptNote> {
    const entry = await this.bucket.get(keyOf(place));
    if (entry === undefined) return { noted: undefined, revision: 0 };
    return { noted: decode(new TextDecoder().decode(entry.value)), revision: entry.revision };
  }

  /** Resolves with whether the note was as expected. */
  async replace(place: AttemptPlace, noted: AttemptState, revision: number): Promise<boolean> {
    await this.bucket.keepFor(this.keptMs);
    const value = new TextEncoder().encode(encode(noted));
    return (await this.bucket.replace(keyOf(place), value, revision)) !== undefined;
  }

  /** Only by whoever has the delivery, so that there is nobody to race with. */
  async set(place: AttemptPlace, noted: AttemptState): Promise<void> {
    await this.bucket.keepFor(this.keptMs);
    await this.bucket.put(keyOf(place), new TextEncoder().encode(encode(noted)));
  }
}

/** `<count>` of one that has begun, `<count> <due>` of one that waits, or a word. */
function encode(noted: AttemptState): string {
  if (noted.state === 'taken') return TAKEN;
  return noted.state === 'begun' ? String(noted.count) : `${noted.count} ${Math.ceil(noted.dueAtMs)}`;
}

/** What was not noted by us is as nothing. */
function decode(text: string): AttemptState | undefined {
  if (text === TAKEN) return { state: 'taken' };
  const [, count, dueAtMs] = /^(\d+)(?: (\d+))?$/.exec(text) ?? [];
  if (count === undefined) return undefined;
  return dueAtMs === undefined
    ? { state: 'begun', count: Number(count) }
    : { state: 'waiting', count: Number(count), dueAtMs: Number(dueAtMs) };
}

/** With the time it was stored: a stream that is made anew counts from 1 again. */
function keyOf({ consumer, sequence, storedAtMs }: AttemptPlace): string {
  return `${consumer}.${sequence}.${Math.floor(storedAtMs)}`;
}
