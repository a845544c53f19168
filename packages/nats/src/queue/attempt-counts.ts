import type { Bucket } from '../jetstream/bucket.js';
import type { DeliveryOrigin } from './nats-delivery.js';

/** Place of a message: its consumer, sequence number and time of storage. */
export type AttemptPlace = Pick<DeliveryOrigin, 'consumer' | 'sequence' | 'storedAtMs'>;

/**
 * Recorded state of a message: an attempt has begun, the next attempt is due at a time, or the command was taken out of the queue and must
 * not run.
 */
export type AttemptState =
  | { readonly state: 'begun'; readonly count: number }
  | { readonly state: 'waiting'; readonly count: number; readonly dueAtMs: number }
  | { readonly state: 'taken' };

/** A record, and its revision for a compare-and-set; 0 if there is none. */
export interface AttemptNote {
  readonly noted: AttemptState | undefined;
  readonly revision: number;
}

const TAKEN = 'taken';

/**
 * Records of attempts, for messages whose number of attempts differs from the server's number of deliveries, which also counts lost
 * deliveries and those given back untouched. Only read and written for redelivered messages.
 */
export class AttemptCounts {
  /** @param keptMs retention of a count, in milliseconds */
  constructor(
    private readonly bucket: Bucket,
    private readonly keptMs: number,
  ) {}

  async read(place: AttemptPlace): Promise<AttemptNote> {
    const entry = await this.bucket.get(keyOf(place));
    if (entry === undefined) return { noted: undefined, revision: 0 };
    return { noted: decode(new TextDecoder().decode(entry.value)), revision: entry.revision };
  }

  /** Compare-and-set. Resolves with whether the revision was as expected. */
  async replace(place: AttemptPlace, noted: AttemptState, revision: number): Promise<boolean> {
    await this.bucket.keepFor(this.keptMs);
    const value = new TextEncoder().encode(encode(noted));
    return (await this.bucket.replace(keyOf(place), value, revision)) !== undefined;
  }

  /** Writes unconditionally. Only for the holder of the delivery, who has no competitors. */
  async set(place: AttemptPlace, noted: AttemptState): Promise<void> {
    await this.bucket.keepFor(this.keptMs);
    await this.bucket.put(keyOf(place), new TextEncoder().encode(encode(noted)));
  }
}

/** Encodes a state: `<count>` if begun, `<count> <due>` if waiting, or a word. */
function encode(noted: AttemptState): string {
  if (noted.state === 'taken') return TAKEN;
  return noted.state === 'begun' ? String(noted.count) : `${noted.count} ${Math.ceil(noted.dueAtMs)}`;
}

/** Decodes a state; undefined if it is invalid. */
function decode(text: string): AttemptState | undefined {
  if (text === TAKEN) return { state: 'taken' };
  const [, count, dueAtMs] = /^(\d+)(?: (\d+))?$/.exec(text) ?? [];
  if (count === undefined) return undefined;
  return dueAtMs === undefined
    ? { state: 'begun', count: Number(count) }
    : { state: 'waiting', count: Number(count), dueAtMs: Number(dueAtMs) };
}

/** Key of a message. Includes its time of storage, because a recreated stream counts from 1 again. */
function keyOf({ consumer, sequence, storedAtMs }: AttemptPlace): string {
  return `${consumer}.${sequence}.${Math.floor(storedAtMs)}`;
}
