import type { EncodedHeaders } from '../connection/header-block.js';
import { CatgaError } from '@catga/core';
import { JETSTREAM_ERROR, jetStreamError } from '../connection/broker-errors.js';
import type { Answer, JetStreamApi } from './jetstream-api.js';

/** How a stream keeps what it is given; where a shape says nothing of it, the server's defaults hold. */
export interface StreamSettings {
  readonly storage: 'file' | 'memory';
  readonly retention: 'limits' | 'workqueue';
  /** 0 keeps for ever. */
  readonly maxAgeMs: number;
  /** Beyond it storing is refused; undefined for no limit. */
  readonly maxBytes: number | undefined;
  readonly duplicateWindowMs: number;
}

/** What a stream is made with; what is left out is the server's default. */
export interface StreamShape {
  readonly name: string;
  readonly subjects: readonly string[];
  readonly replicas: number;
  /** How many messages a subject keeps; all if left out. */
  readonly perSubject?: number;
  /** Whether a message may take the place of all before it on its subject, as key-value buckets need. */
  readonly isBucket?: boolean;
  /** Where it is kept, without settings. */
  readonly storage?: 'file' | 'memory';
  /** Whether its messages are kept for ever; otherwise as long as {@link StreamStore.keepFor} says. */
  readonly isForEver?: boolean;
  /** Held to: a stream that is there already is brought to them. */
  readonly settings?: StreamSettings;
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

/** What the server says of a stream. */
export interface StreamInfo {
  /** Tells a stream from one of its name that was there before. */
  readonly created: string;
  readonly config: Readonly<Record<string, unknown>> & { readonly max_age?: number };
  /** The server's time. */
  readonly ts?: string;
  readonly state: { readonly last_seq: number; readonly subjects?: Readonly<Record<string, number>> };
}

interface StoredJson {
  readonly subject: string;
  readonly seq: number;
  readonly data?: string;
  readonly hdrs?: string;
  readonly time: string;
}

const NANOS = 1_000_000;
/** The shortest age that JetStream takes: 100 ms. */
const SHORTEST_AGE_MS = 100;
const ABSENT = [JETSTREAM_ERROR.streamNotFound, JETSTREAM_ERROR.noMessageFound];

/** One stream: stores, reads, and makes itself when it is not there, as on a broker that came back empty. */
export class StreamStore {
  /** The age up to which messages are known to be kept. */
  private keptForMs = 0;
  private wantedForMs = SHORTEST_AGE_MS;
  private making: Promise<StreamInfo> | undefined;

  constructor(
    readonly shape: StreamShape,
    readonly api: JetStreamApi,
  ) {}

  /** Sees to it that messages are kept for at least so long. */
  async keepFor(ttlMs: number): Promise<void> {
    this.wantedForMs = Math.max(this.wantedForMs, Math.ceil(ttlMs));
    if (this.wantedForMs > this.keptForMs) await this.make();
  }

  /** Resolves with the sequence number, or undefined if `headers` expected another last one. */
  async store(subject: string, data: Uint8Array, headers?: EncodedHeaders): Promise<number | undefined> {
    const { api } = this;
    const answer = await api.untilAnswered(
      () => api.requests.ask(subject, data, headers),
      () => this.make().then(() => {}),
    );
    const { seq, error } = answer.json<Answer<{ readonly seq: number }>>();
    if (error === undefined) return seq;
    const isOther =
      error.err_code === JETSTREAM_ERROR.wrongLastSequence ||
      error.err_code === JETSTREAM_ERROR.wrongLastSequenceUnknown;
    if (isOther) return undefined;
    throw jetStreamError(`Storing on ${subject}`, error);
  }

  /** The last message on a subject. Read from the stream's leader, so that it is never an old one. */
  last(subject: string): Promise<StoredEntry | undefined> {
    return this.read({ last_by_subj: subject });
  }

  /** The message of a sequence number. */
  at(sequence: number): Promise<StoredEntry | undefined> {
    return this.read({ seq: sequence });
  }

  /** The number that the latest message got; undefined if there is no such stream. */
  async lastSequence(): Promise<number | undefined> {
    return (await this.info())?.state.last_seq;
  }

  /** The first message on a subject with this sequence number or a later one. */
  next(subject: string, sequence: number): Promise<StoredEntry | undefined> {
    return this.read({ next_by_subj: subject, seq: sequence });
  }

  /** Removes a message. Resolves with whether it was there. */
  async remove(sequence: number): Promise<boolean> {
    const absent = [...ABSENT, JETSTREAM_ERROR.sequenceNotFound, JETSTREAM_ERROR.messageDeleteFailed];
    const answer = await this.api.call(`STREAM.MSG.DELETE.${this.shape.name}`, { seq: sequence }, absent);
    return answer !== undefined;
  }

  /** The subjects that have messages. */
  async subjects(filter: string): Promise<readonly string[]> {
    return (await this.listSubjects(filter)).subjects;
  }

  /** The subjects that have messages, and the server's time, in milliseconds since 1970; undefined if there is no stream. */
  async listSubjects(
    filter: string,
  ): Promise<{ readonly subjects: readonly string[]; readonly serverMs: number | undefined }> {
    const info = await this.info({ subjects_filter: filter });
    const serverMs = info?.ts === undefined ? undefined : Date.parse(info.ts);
    return { subjects: Object.keys(info?.state.subjects ?? {}), serverMs };
  }

  /** Removes the messages of a subject: all but the last so many, or all before a sequence number. */
  async purge(
    filter: string,
    { keep, before: seq }: { readonly keep?: number; readonly before?: number } = {},
  ): Promise<void> {
    await this.api.call(`STREAM.PURGE.${this.shape.name}`, { filter, keep, seq }, ABSENT);
  }

  /** Makes the stream if need be, and has it keep messages long enough. Resolves with what it was then. */
  make(): Promise<StreamInfo> {
    return (this.making ??= this.makeOnce().finally(() => (this.making = undefined)));
  }

  private async makeOnce(): Promise<StreamInfo> {
    const { shape, wantedForMs, api } = this;
    const wanted = configOf(shape, wantedForMs);
    let found = await this.info();
    if (found === undefined) {
      found = await api.call<StreamInfo>(`STREAM.CREATE.${shape.name}`, wanted, [JETSTREAM_ERROR.nameInUse]);
      // Somebody else made it a moment ago, perhaps in another way: look again.
      if (found === undefined) return this.makeOnce();
    } else {
      const changes = shape.settings === undefined ? olderOf(found, wanted) : changesOf(found, wanted);
      if (changes !== undefined)
        await api.call(`STREAM.UPDATE.${shape.name}`, { ...found.config, ...changes });
    }
    this.keptForMs = wantedForMs;
    return found;
  }

  private info(request: object = {}): Promise<StreamInfo | undefined> {
    return this.api.call<StreamInfo>(`STREAM.INFO.${this.shape.name}`, request, ABSENT);
  }

  private async read(request: object): Promise<StoredEntry | undefined> {
    const answer = await this.api.call<{ readonly message: StoredJson }>(
      `STREAM.MSG.GET.${this.shape.name}`,
      request,
      ABSENT,
    );
    if (answer === undefined) return undefined;
    const { subject, seq: sequence, data = '', hdrs = '', time } = answer.message;
    return {
      subject,
      sequence,
      data: Buffer.from(data, 'base64'),
      headers: Buffer.from(hdrs, 'base64').toString(),
      storedAtMs: Date.parse(time),
    };
  }
}

type StreamConfig = Readonly<Record<string, unknown>> & { readonly max_age: number };

/** A longer age, if the stream that was found has a shorter one. */
function olderOf({ config }: StreamInfo, { max_age }: StreamConfig): object | undefined {
  const { max_age: found = 0 } = config;
  return found !== 0 && (max_age === 0 || found < max_age) ? { max_age } : undefined;
}

/** What may be changed of a stream that is there. */
const CHANGEABLE = ['max_age', 'max_bytes', 'duplicate_window', 'num_replicas', 'discard'];
const FIXED = ['storage', 'retention'];

/** @throws CatgaError `CATGA_CONFIGURATION` if it was made in a way that cannot be changed */
function changesOf({ config }: StreamInfo, wanted: StreamConfig): object | undefined {
  const differing = (keys: readonly string[]): string[] =>
    keys.filter((key) => (config[key] ?? 0) !== wanted[key]);
  const [fixed] = differing(FIXED);
  if (fixed !== undefined) {
    throw new CatgaError(
      'CATGA_CONFIGURATION',
      `The stream ${String(config.name)} exists with ${fixed} '${String(config[fixed])}', not '${String(wanted[fixed])}', ` +
        'which cannot be changed: set the option to the existing value, or delete the stream and its messages.',
      { details: { stream: config.name, setting: fixed, found: config[fixed], wanted: wanted[fixed] } },
    );
  }
  const changes = differing(CHANGEABLE);
  return changes.length === 0 ? undefined : Object.fromEntries(changes.map((key) => [key, wanted[key]]));
}

/** What the stream is made with; a bucket's is that of NATS ADR-8, so that the `nats` tool reads it. */
function configOf(shape: StreamShape, wantedForMs: number): StreamConfig {
  const { name, subjects, replicas, perSubject, isBucket, isForEver, settings } = shape;
  const maxAgeMs = settings?.maxAgeMs ?? (isForEver === true ? 0 : Math.max(wantedForMs, SHORTEST_AGE_MS));
  return {
    name,
    subjects,
    retention: settings?.retention ?? 'limits',
    storage: settings?.storage ?? shape.storage ?? 'file',
    num_replicas: replicas,
    max_consumers: -1,
    max_msgs: -1,
    max_bytes: settings?.maxBytes ?? -1,
    max_msg_size: -1,
    max_msgs_per_subject: perSubject ?? -1,
    max_age: maxAgeMs * NANOS,
    discard: isBucket === true || settings !== undefined ? 'new' : 'old',
    allow_rollup_hdrs: isBucket === true,
    deny_delete: isBucket === true,
    allow_direct: true,
    duplicate_window: (settings?.duplicateWindowMs ?? 0) * NANOS,
  };
}
