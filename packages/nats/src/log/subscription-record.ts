import { z } from 'zod';

/** What the namespace remembers of a durable subscription: from where on it gets which messages. */
export interface SubscriptionRecord {
  readonly id: string;
  readonly kind: 'event' | 'command';
  /** When the stream was made that the sequence numbers are of. */
  readonly stream: string;
  /** The sequence number that its consumers begin with. */
  readonly start: number;
  /** Wire names, each with the sequence number from which on it is wanted. */
  readonly names: readonly (readonly [string, number])[];
}

const sequence = z.int().min(0);
const schema = z.object({
  id: z.string(),
  kind: z.enum(['event', 'command']),
  stream: z.string(),
  start: sequence,
  names: z.array(z.tuple([z.string(), sequence])),
});

export function encodeSubscription(record: SubscriptionRecord): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(record));
}

/** Undefined for bytes that are no record. */
export function decodeSubscription(bytes: Uint8Array): SubscriptionRecord | undefined {
  try {
    return schema.parse(JSON.parse(new TextDecoder().decode(bytes)));
  } catch {
    return undefined; // Whoever wrote it was no node of this version; the next one that subscribes writes it anew.
  }
}

/** What a node wants of a subscription, and what it found the stream to be. */
export interface Wanted {
  readonly id: string;
  readonly kind: 'event' | 'command';
  readonly names: readonly string[];
  readonly stream: string;
  /** The sequence number from which on a name is wanted that was not before. */
  readonly from: number;
}

/** The record that does what is wanted besides what it did; the same one if it does so already. */
export function extended(
  known: SubscriptionRecord | undefined,
  { id, kind, names, stream, from }: Wanted,
): SubscriptionRecord {
  // A stream that was made after the subscription holds nothing from before it.
  const isOfStream = known === undefined || known.stream === stream;
  const base = isOfStream ? (known?.names ?? []) : known.names.map(([name]) => [name, 1] as const);
  const missing = names.filter((name) => !base.some(([present]) => present === name));
  if (known !== undefined && isOfStream && missing.length === 0) return known;
  const since = isOfStream ? from : 1;
  const start = known === undefined ? from : isOfStream ? known.start : 1;
  return { id, kind, stream, start, names: [...base, ...missing.map((name) => [name, since] as const)] };
}
