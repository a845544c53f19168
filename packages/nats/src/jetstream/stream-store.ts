import type { Clock } from '@catga/core/engine';
import type { MsgHdrs } from '@nats-io/transport-node';
import { JETSTREAM_ERROR, jetStreamError, unavailable } from '../connection/broker-errors.js';
import type { JetStreamFailure } from '../connection/broker-errors.js';
import { isNobodyThere } from '../connection/broker-requests.js';
import type { BrokerRequests } from '../connection/broker-requests.js';
import type { ClientMessage } from '../connection/client-connection.js';

/** What a stream is made with; what is left out is the server's default. */
export interface StreamShape {
  readonly name: string;
  readonly subjects: readonly string[];
  readonly replicas: number;
  /** How many messages a subject keeps; all if left out. */
  readonly perSubject?: number;
  /** Whether a message may take the place of all before it on its subject, as key-value buckets need. */
  readonly isBucket?: boolean;
}

/** A message that a stream holds. */
export interface StoredEntry {
  readonly subject: string;
  readonly sequence: number;
  readonly data: Uint8Array;
  /** Raw, as on the wire. */
  readonly headers: string;
  /** When the server stored it, by the server's clock, in milliseconds since 1970. */
  readonly storedAtMs: number;
}

interface StreamInfo {
  readonly config: Readonly<Record<string, unknown>> & { readonly max_age?: number };
  readonly state: { readonly subjects?: Readonly<Record<string, number>> };
}

interface StoredJson {
  readonly subject: string;
  readonly seq: number;
  readonly data?: string;
  readonly hdrs?: string;
  readonly time: string;
}

type Answer<T> = T & { readonly error?: JetStreamFailure };

const NANOS = 1_000_000;
/** The shortest age that JetStream takes: 100 ms. */
const SHORTEST_AGE_MS = 100;
const FIRST_PAUSE_MS = 20;
const LAST_PAUSE_MS = 500;

/**
 * One stream: stores, reads, and makes itself when it is not there, as on a broker that came back empty. The requests
 * are those of the JetStream wire API (NATS ADR-31, ADR-8, `$JS.API.>`).
 */
export class StreamStore {
  /** The age up to which messages are known to be kept. */
  private keptForMs = 0;
  private wantedForMs = SHORTEST_AGE_MS;
  private making: Promise<void> | undefined;

  constructor(
    readonly shape: StreamShape,
    private readonly requests: BrokerRequests,
    private readonly clock: Clock,
    private readonly timeoutMs: number,
  ) {}

  /** Sees to it that messages are kept for at least so long. */
  async keepFor(ttlMs: number): Promise<void> {
    this.wantedForMs = Math.max(this.wantedForMs, Math.ceil(ttlMs));
    if (this.wantedForMs > this.keptForMs) await this.make();
  }

  /** Resolves with the sequence number, or undefined if `headers` expected another last one. */
  async store(subject: string, data: Uint8Array, headers?: MsgHdrs): Promise<number | undefined> {
    const answer = await this.untilThere(() => this.requests.ask(subject, data, headers));
    const { seq, error } = answer.json<Answer<{ readonly seq: number }>>();
    if (error === undefined) return seq;
    const isOther =
      error.err_code === JETSTREAM_ERROR.wrongLastSequence ||
      error.err_code === JETSTREAM_ERROR.wrongLastSequenceUnknown;
    if (isOther) return undefined;
    throw jetStreamError(`Storing on ${subject}`, error);
  }

  /** The last message on a subject. Read from the stream's leader, so that it is never an old one. */
  async last(subject: string): Promise<StoredEntry | undefined> {
    const { name } = this.shape;
    const answer = await this.api<{ readonly message: StoredJson }>(`STREAM.MSG.GET.${name}`, {
      last_by_subj: subject,
    });
    if (answer === undefined) return undefined;
    const { seq: sequence, data = '', hdrs = '', time } = answer.message;
    return {
      subject,
      sequence,
      data: Buffer.from(data, 'base64'),
      headers: Buffer.from(hdrs, 'base64').toString(),
      storedAtMs: Date.parse(time),
    };
  }

  /** The subjects that have messages. */
  async subjects(filter: string): Promise<readonly string[]> {
    const info = await this.api<StreamInfo>(`STREAM.INFO.${this.shape.name}`, { subjects_filter: filter });
    return Object.keys(info?.state.subjects ?? {});
  }

  /** Makes the stream if need be, and has it keep messages long enough. */
  make(): Promise<void> {
    return (this.making ??= this.makeOnce().finally(() => (this.making = undefined)));
  }

  private async makeOnce(): Promise<void> {
    const { shape, wantedForMs } = this;
    const found = await this.api<StreamInfo>(`STREAM.INFO.${shape.name}`, {});
    const wantedAge = Math.max(wantedForMs, SHORTEST_AGE_MS) * NANOS;
    if (found === undefined) {
      const made = await this.api(
        `STREAM.CREATE.${shape.name}`,
        { ...configOf(shape), max_age: wantedAge },
        true,
      );
      // Somebody else made it a moment ago, with another age: look again.
      if (made === undefined) return this.makeOnce();
    } else if ((found.config.max_age ?? 0) < wantedAge && found.config.max_age !== 0) {
      await this.api(`STREAM.UPDATE.${shape.name}`, { ...found.config, max_age: wantedAge });
    }
    this.keptForMs = wantedForMs;
  }

  /** A request of the API. Undefined if what it asks for is not there, or there already if it `isCreation`. */
  private async api<T>(subject: string, body: object, isCreation = false): Promise<T | undefined> {
    const payload = new TextEncoder().encode(JSON.stringify(body));
    const answer = await this.whileNobodyThere(() => this.requests.ask(`$JS.API.${subject}`, payload));
    const parsed = answer.json<Answer<T>>();
    const { error } = parsed;
    if (error === undefined) return parsed;
    const isAbsent =
      error.err_code === JETSTREAM_ERROR.streamNotFound || error.err_code === JETSTREAM_ERROR.noMessageFound;
    if (isAbsent || (isCreation && error.err_code === JETSTREAM_ERROR.nameInUse)) return undefined;
    throw jetStreamError(subject, error);
  }

  /** Asks; if nobody takes it, the stream is not there: makes it and asks again, until time is up. */
  private async untilThere(ask: () => Promise<ClientMessage>): Promise<ClientMessage> {
    return this.whileNobodyThere(ask, () => this.make());
  }

  private async whileNobodyThere(
    ask: () => Promise<ClientMessage>,
    mend?: () => Promise<void>,
  ): Promise<ClientMessage> {
    const deadlineMs = this.clock.monotonicMs() + this.timeoutMs;
    for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(2 * pauseMs, LAST_PAUSE_MS)) {
      const answer = await ask();
      if (!isNobodyThere(answer)) return answer;
      if (this.clock.monotonicMs() > deadlineMs) {
        throw unavailable(
          'JetStream does not answer; is it enabled? Start nats-server with JetStream: nats-server -js.',
        );
      }
      if (mend !== undefined) await mend();
      await this.pause(pauseMs);
    }
  }

  private pause(delayMs: number): Promise<void> {
    return new Promise((resolve) => void this.clock.setTimer(delayMs, resolve));
  }
}

/** What the stream is made with; a bucket's is that of NATS ADR-8, so that the `nats` tool reads it. */
function configOf({ name, subjects, replicas, perSubject, isBucket }: StreamShape): object {
  return {
    name,
    subjects,
    retention: 'limits',
    storage: 'file',
    num_replicas: replicas,
    max_consumers: -1,
    max_msgs: -1,
    max_bytes: -1,
    max_msg_size: -1,
    max_msgs_per_subject: perSubject ?? -1,
    discard: isBucket === true ? 'new' : 'old',
    allow_rollup_hdrs: isBucket === true,
    deny_delete: isBucket === true,
    allow_direct: true,
    duplicate_window: 0,
  };
}
