import { createInbox } from '@nats-io/transport-node';
import { closedError, jetStreamError, unavailable } from '../connection/broker-errors.js';
import type { JetStreamFailure } from '../connection/broker-errors.js';
import { isNobodyThere } from '../connection/broker-requests.js';
import type { BrokerRequests } from '../connection/broker-requests.js';
import type { BrokerSession } from '../connection/broker-session.js';
import type { ClientMessage } from '../connection/client-connection.js';
import { toJson } from './jetstream-api.js';

/** Dependencies of a stream read. */
export interface ReaderServices {
  readonly session: BrokerSession;
  readonly requests: BrokerRequests;
  readonly inboxPrefix: string | undefined;
  readonly timeoutMs: number;
}

interface ConsumerMade {
  readonly name?: string;
  readonly num_pending?: number;
  readonly error?: JetStreamFailure;
}

const MESSAGES_AT_A_TIME = 256;
/** Inactivity after which the server removes the consumer, in nanoseconds: 10 s. */
const READER_LASTS_NS = 10_000_000_000;

/** Which messages of a subject are read, and what of them. */
export interface ReadOptions {
  readonly isHeadersOnly?: boolean;
  /** Only those with this number or a later one. */
  readonly fromSequence?: number | undefined;
  /**
   * How many messages are read at most.
   * @defaultValue all
   */
  readonly limit?: number;
  /**
   * About how many bytes are read at most; nothing, if the first message is larger.
   * @defaultValue no limit
   */
  readonly maxBytes?: number;
  /** Asked after each batch; no further one is read once it is so. */
  readonly isEnough?: () => boolean;
}

/**
 * Reads all messages of one subject of a stream, or of all, oldest first, through an ephemeral consumer
 * (JetStream wire API: `CONSUMER.CREATE`, `CONSUMER.MSG.NEXT`).
 */
export async function readSubject(
  services: ReaderServices,
  stream: string,
  subject: string | undefined,
  take: (message: ClientMessage) => void,
  {
    isHeadersOnly = false,
    fromSequence,
    limit = Infinity,
    maxBytes,
    isEnough = () => false,
  }: ReadOptions = {},
): Promise<void> {
  const { requests } = services;
  const config = {
    filter_subject: subject,
    ...(fromSequence === undefined
      ? { deliver_policy: 'all' }
      : { deliver_policy: 'by_start_sequence', opt_start_seq: fromSequence }),
    ack_policy: 'none',
    replay_policy: 'instant',
    mem_storage: true,
    headers_only: isHeadersOnly,
    num_replicas: 1,
    inactive_threshold: READER_LASTS_NS,
  };
  const answer = await requests.ask(
    `$JS.API.CONSUMER.CREATE.${stream}`,
    toJson({ stream_name: stream, config }),
  );
  if (isNobodyThere(answer)) throw unavailable('JetStream does not reply.');
  const { name, num_pending: pending = 0, error } = answer.json<ConsumerMade>();
  if (error?.code === 404) return;
  if (error !== undefined || name === undefined) throw jetStreamError(`Reading ${stream}`, error ?? {});
  try {
    for (let left = Math.min(pending, limit); left > 0 && !isEnough();)
      left = await readSome(services, stream, name, { left, maxBytes }, take);
  } finally {
    void requests.ask(`$JS.API.CONSUMER.DELETE.${stream}.${name}`, new Uint8Array(0)).catch(() => {});
  }
}

/** Resolves with the number of remaining messages. */
function readSome(
  { session, requests, inboxPrefix, timeoutMs }: ReaderServices,
  stream: string,
  consumer: string,
  { left, maxBytes }: { readonly left: number; readonly maxBytes: number | undefined },
  take: (message: ClientMessage) => void,
): Promise<number> {
  const batch = Math.min(left, MESSAGES_AT_A_TIME);
  return new Promise((resolve, reject) => {
    const inbox = createInbox(inboxPrefix);
    let received = 0;
    const end = (finish: () => void): void => {
      clearTimeout(timer);
      stopListening();
      subscription.unsubscribe();
      finish();
    };
    const stopListening = requests.onClose(() => end(() => reject(closedError())));
    const timer = setTimeout(
      () => end(() => reject(unavailable(`Reading ${stream} took too long.`))),
      timeoutMs,
    );
    const subscription = session.subscribe(inbox, (message) => {
      if (message.reply === undefined || message.reply === '') return end(() => resolve(0)); // Messages were removed meanwhile, or the next one is too large.
      take(message);
      if (++received === batch) end(() => resolve(left - batch));
    });
    try {
      const next = `$JS.API.CONSUMER.MSG.NEXT.${stream}.${consumer}`;
      session.publish(next, toJson({ batch, no_wait: true, max_bytes: maxBytes }), { reply: inbox });
    } catch (thrown) {
      end(() => reject(unavailable(`Reading ${stream} failed.`, thrown)));
    }
  });
}
