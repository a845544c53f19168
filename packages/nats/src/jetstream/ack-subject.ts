/** Facts of a delivery, encoded in its acknowledgement subject. */
export interface AckFacts {
  /** Number of deliveries of the message, including this one. */
  readonly deliveries: number;
  /** Sequence number of the message in its stream. */
  readonly sequence: number;
  /** Time of storage by the server's clock, in milliseconds since 1970. */
  readonly storedAtMs: number;
  /** Sequence number of the delivery in its consumer: 1, 2, 3, … */
  readonly consumerSequence: number;
  /** Number of messages that the consumer has not delivered yet. */
  readonly pending: number;
}

const TOKENS_BEFORE_DOMAINS = 9;
/** Tokens for domain and account before the stream, since nats-server 2.8 (NATS ADR-15). */
const DOMAIN_TOKENS = 2;
const DELIVERIES_AT = 4;
const NANOS = 1_000_000;

/**
 * `$JS.ACK.<stream>.<consumer>.<deliveries>.<sequence>.<consumer's sequence>.<time>.<pending>`, or the same with a domain
 * and an account after `$JS.ACK`. Undefined for anything else.
 */
export function readAckSubject(subject: string | undefined): AckFacts | undefined {
  if (subject === undefined || !subject.startsWith('$JS.ACK.')) return undefined;
  const tokens = subject.split('.');
  const at = DELIVERIES_AT + (tokens.length > TOKENS_BEFORE_DOMAINS ? DOMAIN_TOKENS : 0);
  const deliveries = Number(tokens[at]);
  const sequence = Number(tokens[at + 1]);
  // A double cannot hold nanoseconds exactly; the error is far below a millisecond.
  const storedAtMs = Number(tokens[at + 3]) / NANOS;
  const consumerSequence = Number(tokens[at + 2]);
  const pending = Number(tokens[at + 4]);
  const isWhole = [deliveries, sequence, consumerSequence, pending].every(Number.isInteger);
  if (!isWhole || !Number.isFinite(storedAtMs)) return undefined;
  return { deliveries, sequence, storedAtMs, consumerSequence, pending };
}
