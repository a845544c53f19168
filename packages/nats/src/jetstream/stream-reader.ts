import { setTimeout as startTimer } from 'node:timers';
import { setTimeout } from 'node:timers/promises';
import { createInbox } from '@nats-io/transport-node';
import { closedError, jetStreamError, unavailable } from '../connection/broker-errors.js';
import type { JetStreamFailure } from '../connection/broker-errors.js';
import { isNobodyThere } from '../connection/broker-requests.js';
import type { BrokerRequests } from '../connection/broker-requests.js';
import type { BrokerSession } from '../connection/broker-session.js';
import type { ClientMessage } from '../connection/client-connection.js';
import { readAckSubject } from './ack-subject.js';
import { toJson } from './jetstream-api.js';
import type { StreamStore } from './stream-store.js';

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

/** Options of a read. */
export interface ReadOptions {
  readonly isHeadersOnly?: boolean;
  /** First sequence number to read. */
  readonly fromSequence?: number | undefined;
  /**
   * Maximum number of messages.
   * @defaultValue all
   */
  readonly limit?: number;
  /**
   * Approximate maximum size in bytes; nothing is read if the first message is larger.
   * @defaultValue no limit
   */
  readonly maxBytes?: number;
  /** Called after each batch; returns whether to stop. */
  readonly isEnough?: () => boolean;
  /**
   * Whether later messages replace earlier ones of their subject, as in a bucket. All are read then that replace others meanwhile,
   * and a subject may be read more than once.
   */
  readonly isRewritten?: boolean;
}

type Readable = Pick<StreamStore, 'last' | 'mayLag' | 'shape' | 'subjects'>;

/** What a consumer or a pull has brought. */
interface Brought {
  readonly read: number;
  /** Number of the last message; 0 for none. */
  readonly last: number;
  /** Whether the server sent fewer messages than it had announced: some were removed or replaced, or the consumer was not ready. */
  readonly isShort: boolean;
  /** Whether no more messages are wanted, or the next one is too large. */
  readonly isCut: boolean;
}

interface Pulled extends Omit<Brought, 'isCut'> {
  /** Whether the server sends no more. */
  readonly isEnd: boolean;
  /** How many more there are. */
  readonly pending: number;
}

/** Status of a pull whose next message is larger than `max_bytes` (NATS ADR-13). */
const CONFLICT = 409;
/** Maximum number of consecutive consumers without messages, and the pauses between them, in milliseconds. */
const MOST_MISSES = 30;
const FIRST_PAUSE_MS = 2;
const LAST_PAUSE_MS = 250;

/**
 * Reads all messages of one subject of a stream, or of all, oldest first, through ephemeral consumers
 * (JetStream wire API: `CONSUMER.CREATE`, `CONSUMER.MSG.NEXT`). A consumer may be on a replica that lags behind: the read waits for the messages
 * of the stream's leader.
 */
export async function readSubject(
  services: ReaderServices,
  store: Readable,
  subject: string | undefined,
  take: (message: ClientMessage) => void,
  { fromSequence = 1, limit = Infinity, ...options }: ReadOptions = {},
): Promise<void> {
  const { name } = store.shape;
  const readGoal = (): Promise<number> | number => (store.mayLag ? lastOf(store, subject ?? '>') : 0);
  let goal = await readGoal();
  if (store.mayLag && fromSequence > goal) return;
  let from = fromSequence;
  let left = limit;
  for (let misses = 0; left > 0;) {
    const wanted = { ...options, fromSequence: from, limit: left };
    const { read, last, isShort, isCut } = await readOnce(services, name, subject, take, wanted);
    left -= read;
    if (read > 0) from = last + 1;
    if (isCut || (!isShort && from > goal)) return;
    misses = read > 0 ? 0 : misses + 1;
    if (misses === MOST_MISSES)
      throw unavailable(
        `The messages of ${name} are replaced faster than they can be read, or a replica lags behind.`,
      );
    if (misses === 0) continue;
    await setTimeout(Math.min(LAST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** misses));
    goal = await readGoal(); // It may have been removed meanwhile.
  }
}

/** Sequence of the leader's last message of a subject; 0 if there is none. A message that is being replaced may not be found. */
async function lastOf(store: Readable, subject: string): Promise<number> {
  for (let attempt = 0; attempt < MOST_MISSES; attempt++) {
    const last = await store.last(subject);
    if (last !== undefined) return last.sequence;
    if ((await store.subjects(subject)).length === 0) return 0;
  }
  throw unavailable(`The last message of ${store.shape.name} is replaced faster than it can be read.`);
}

/** Reads what is there, through one consumer. */
async function readOnce(
  services: ReaderServices,
  stream: string,
  subject: string | undefined,
  take: (message: ClientMessage) => void,
  {
    isHeadersOnly = false,
    fromSequence,
    limit,
    maxBytes,
    isEnough = () => false,
    isRewritten = false,
  }: ReadOptions & { readonly fromSequence: number; readonly limit: number },
): Promise<Brought> {
  const { requests } = services;
  const config = {
    filter_subject: subject,
    ...(fromSequence === 1
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
  let read = 0;
  let last = 0;
  if (error?.code === 404) return { read, last, isShort: false, isCut: false };
  if (error !== undefined || name === undefined) throw jetStreamError(`Reading ${stream}`, error ?? {});
  try {
    for (let left = Math.min(pending, limit); left > 0 && !isEnough();) {
      const pulled = await pull(services, stream, name, { left, maxBytes }, take);
      read += pulled.read;
      if (pulled.read > 0) last = pulled.last;
      if (pulled.isEnd) return { read, last, isShort: pulled.isShort, isCut: !pulled.isShort };
      left = isRewritten ? Math.min(pulled.pending, limit - read) : left - pulled.read;
    }
    return { read, last, isShort: false, isCut: isEnough() };
  } finally {
    void requests.ask(`$JS.API.CONSUMER.DELETE.${stream}.${name}`, new Uint8Array(0)).catch(() => {});
  }
}

/** One pull of a consumer. */
function pull(
  { session, requests, inboxPrefix, timeoutMs }: ReaderServices,
  stream: string,
  consumer: string,
  { left, maxBytes }: { readonly left: number; readonly maxBytes: number | undefined },
  take: (message: ClientMessage) => void,
): Promise<Pulled> {
  const batch = Math.min(left, MESSAGES_AT_A_TIME);
  return new Promise((resolve, reject) => {
    const inbox = createInbox(inboxPrefix);
    let read = 0;
    let last = 0;
    const end = (finish: () => void): void => {
      clearTimeout(timer);
      stopListening();
      subscription.unsubscribe();
      finish();
    };
    const stopListening = requests.onClose(() => end(() => reject(closedError())));
    const timer = startTimer(
      () => end(() => reject(unavailable(`Reading ${stream} took too long.`))),
      timeoutMs,
    );
    const subscription = session.subscribe(inbox, (message) => {
      const facts = readAckSubject(message.reply);
      if (facts === undefined) {
        // Otherwise there are fewer than announced, or the consumer has no leader yet.
        const isTooLarge = maxBytes !== undefined && message.headers?.code === CONFLICT;
        return end(() => resolve({ read, last, isShort: !isTooLarge, isEnd: true, pending: 0 }));
      }
      take(message);
      last = facts.sequence;
      if (++read === batch)
        end(() => resolve({ read, last, isShort: false, isEnd: false, pending: facts.pending }));
    });
    try {
      const next = `$JS.API.CONSUMER.MSG.NEXT.${stream}.${consumer}`;
      session.publish(next, toJson({ batch, no_wait: true, max_bytes: maxBytes }), { reply: inbox });
    } catch (thrown) {
      end(() => reject(unavailable(`Reading ${stream} failed.`, thrown)));
    }
  });
}
