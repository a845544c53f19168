import type { EncodedHeaders } from '../connection/header-block.js';
import { CatgaError } from '@catga/core';
import { JETSTREAM_ERROR, jetStreamError, unavailable } from '../connection/broker-errors.js';
import type { Answer, JetStreamApi } from './jetstream-api.js';

/** Storage settings of a stream. */
export interface StreamSettings {
  readonly storage: 'file' | 'memory';
  readonly retention: 'limits' | 'workqueue';
  /** 0 for no limit. */
  readonly maxAgeMs: number;
  /** Size limit, beyond which messages are refused; undefined for no limit. */
  readonly maxBytes: number | undefined;
  readonly duplicateWindowMs: number;
}

/** Configuration of a stream; omitted fields have the server's default. */
export interface StreamShape {
  readonly name: string;
  readonly subjects: readonly string[];
  readonly replicas: number;
  /** Maximum messages per subject; no limit if omitted. */
  readonly perSubject?: number;
  /** Whether rollup is allowed, as key-value buckets need. */
  readonly isBucket?: boolean;
  /** Storage, without `settings`. */
  readonly storage?: 'file' | 'memory';
  /** Whether messages are kept without an age limit; otherwise for {@link StreamStore.keepFor}. */
  readonly isForEver?: boolean;
  /** Settings that are also applied to an existing stream. */
  readonly settings?: StreamSettings;
  /** Metadata that the stream is created with; an existing stream keeps its own. */
  readonly metadata?: Readonly<Record<string, string>>;
}

/** A stored message of a stream. */
export interface StoredEntry {
  readonly subject: string;
  readonly sequence: number;
  readonly data: Uint8Array;
  /** Raw, as on the wire. */
  readonly headers: string;
  /** Time of storage by the server's clock, in milliseconds since 1970. */
  readonly storedAtMs: number;
}

/** Stream info of the server. */
export interface StreamInfo {
  /** Creation time, which distinguishes recreated streams. */
  readonly created: string;
  readonly config: Readonly<Record<string, unknown>> & {
    readonly max_age?: number;
    readonly metadata?: Readonly<Record<string, string>>;
  };
  /** Of a stream in a cluster: its leader, if there is one, and the other servers that have it. */
  readonly cluster?: {
    readonly leader?: string;
    readonly replicas?: readonly { readonly name: string }[];
  };
  /** The server's time. */
  readonly ts?: string;
  readonly state: {
    readonly messages: number;
    readonly first_seq: number;
    /** When the oldest message was stored. */
    readonly first_ts: string;
    readonly last_seq: number;
    readonly subjects?: Readonly<Record<string, number>>;
  };
}

interface StoredJson {
  readonly subject: string;
  readonly seq: number;
  readonly data?: string;
  readonly hdrs?: string;
  readonly time: string;
}

const NANOS = 1_000_000;
/** Minimum age of JetStream: 100 ms. */
const SHORTEST_AGE_MS = 100;
/** Maximum time a server takes to remove the files of a deleted stream, and the pause between two tries. */
const REMOVAL_MS = 2_000;
const REMOVAL_PAUSE_MS = 20;
const ABSENT = [JETSTREAM_ERROR.streamNotFound, JETSTREAM_ERROR.noMessageFound];

/** Access to one stream, which is created on demand, as on a broker that lost its store. */
export class StreamStore {
  /** Known age limit of the stream. */
  private keptForMs = 0;
  private wantedForMs = SHORTEST_AGE_MS;
  private making: Promise<StreamInfo> | undefined;

  constructor(
    readonly shape: StreamShape,
    readonly api: JetStreamApi,
  ) {}

  /** Whether the stream has replicas, or may have: they may lag behind its leader. */
  get mayLag(): boolean {
    return this.shape.replicas > 1 || this.api.leavesSettings;
  }

  /** Ensures that messages are kept for at least `ttlMs`. */
  async keepFor(ttlMs: number): Promise<void> {
    this.wantedForMs = Math.max(this.wantedForMs, Math.ceil(ttlMs));
    if (this.wantedForMs > this.keptForMs) await this.make();
  }

  /** Stores a message. Resolves with its sequence number, or undefined if the expected sequence in `headers` is wrong. */
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

  /** The last message on a subject, read from the stream's leader, so that it is never stale. */
  last(subject: string): Promise<StoredEntry | undefined> {
    return this.read({ last_by_subj: subject });
  }

  /** The message with a sequence number. */
  at(sequence: number): Promise<StoredEntry | undefined> {
    return this.read({ seq: sequence });
  }

  /** The latest sequence number; undefined if the stream does not exist. */
  async lastSequence(): Promise<number | undefined> {
    return (await this.info())?.state.last_seq;
  }

  /** The first message on a subject with this sequence number or a later one. */
  next(subject: string, sequence: number): Promise<StoredEntry | undefined> {
    return this.read({ next_by_subj: subject, seq: sequence });
  }

  /** Removes a message. Resolves with whether it existed. */
  async remove(sequence: number): Promise<boolean> {
    const absent = [...ABSENT, JETSTREAM_ERROR.sequenceNotFound, JETSTREAM_ERROR.messageDeleteFailed];
    const answer = await this.api.call(`STREAM.MSG.DELETE.${this.shape.name}`, { seq: sequence }, absent);
    return answer !== undefined;
  }

  /** Subjects with messages. */
  async subjects(filter: string): Promise<readonly string[]> {
    return (await this.listSubjects(filter)).subjects;
  }

  /** Subjects with messages, and the server's time in milliseconds since 1970; undefined if the stream does not exist. */
  async listSubjects(
    filter: string,
  ): Promise<{ readonly subjects: readonly string[]; readonly serverMs: number | undefined }> {
    const info = await this.info({ subjects_filter: filter });
    const serverMs = info?.ts === undefined ? undefined : Date.parse(info.ts);
    return { subjects: Object.keys(info?.state.subjects ?? {}), serverMs };
  }

  /** Purges a subject, or all of them: all but the last `keep` messages, or all before a sequence number. */
  async purge(
    filter: string | undefined,
    { keep, before: seq }: { readonly keep?: number; readonly before?: number } = {},
  ): Promise<void> {
    await this.api.call(`STREAM.PURGE.${this.shape.name}`, { filter, keep, seq }, ABSENT);
  }

  /** Creates the stream if needed, and extends its age limit if it is too short. Resolves with its info. */
  make(): Promise<StreamInfo> {
    return (this.making ??= this.makeOnce().finally(() => (this.making = undefined)));
  }

  private async makeOnce(): Promise<StreamInfo> {
    const { shape, wantedForMs, api } = this;
    const wanted = configOf(shape, wantedForMs);
    let found = await this.info();
    if (found === undefined) {
      found = await this.create(wanted);
      // Created concurrently, perhaps with another configuration: read it again.
      if (found === undefined) return this.makeOnce();
    } else {
      const changes =
        shape.settings === undefined
          ? olderOf(found, wanted)
          : api.leavesSettings
            ? undefined
            : changesOf(found, wanted);
      if (changes !== undefined)
        await api.call(`STREAM.UPDATE.${shape.name}`, { ...found.config, ...changes });
    }
    this.keptForMs = wantedForMs;
    return found;
  }

  /**
   * Creates the stream. Resolves with undefined if the name is in use. While a server still removes the files of a deleted stream, it
   * cannot recreate it.
   */
  private async create(config: object): Promise<StreamInfo | undefined> {
    const { api, shape } = this;
    const deadlineMs = api.clock.monotonicMs() + REMOVAL_MS;
    for (;;) {
      try {
        return await api.call(`STREAM.CREATE.${shape.name}`, config, [JETSTREAM_ERROR.nameInUse]);
      } catch (thrown) {
        const isBusy =
          thrown instanceof CatgaError &&
          thrown.details['jetStreamCode'] === JETSTREAM_ERROR.streamNotCreated;
        if (!isBusy || api.clock.monotonicMs() > deadlineMs) throw thrown;
        await api.pause(REMOVAL_PAUSE_MS);
      }
    }
  }

  /**
   * Stream info from its leader; undefined if the stream does not exist. While there is no leader any replica answers, with what it has
   * (nats-server, `jsStreamInfoRequest`): then it is asked again. `CATGA_ENGINE_UNAVAILABLE` if none is elected in time.
   */
  async info(request: object = {}): Promise<StreamInfo | undefined> {
    const { api, shape } = this;
    const isKnown = (info: StreamInfo | undefined): boolean => info === undefined || isOfLeader(info);
    const ask = (): Promise<StreamInfo | undefined> => api.call(`STREAM.INFO.${shape.name}`, request, ABSENT);
    const info = await api.askUntil(ask, isKnown, api.timeoutMs);
    if (!isKnown(info)) throw unavailable(`The stream ${shape.name} has no leader.`);
    return info;
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
      storedAtMs: millisOf(time),
    };
  }
}

/** Whether the leader has answered: it is not among its replicas. */
function isOfLeader({ cluster }: StreamInfo): boolean {
  if (cluster === undefined) return true;
  const { leader = '', replicas = [] } = cluster;
  return leader !== '' && !replicas.some(({ name }) => name === leader);
}

/** Parses a time with nanoseconds, with the same rounding as in acknowledgement subjects. */
function millisOf(time: string): number {
  const [, seconds, fraction = ''] = /^(.*?)(?:\.(\d+))?Z$/.exec(time) ?? [];
  if (seconds === undefined) return Date.parse(time);
  return Number(`${Date.parse(`${seconds}Z`) / 1000}${fraction.padEnd(9, '0')}`) / NANOS;
}

type StreamConfig = Readonly<Record<string, unknown>> & { readonly max_age: number };

/** Update of the age limit, if the existing one is too short. */
function olderOf({ config }: StreamInfo, { max_age }: StreamConfig): object | undefined {
  const { max_age: found = 0 } = config;
  return found !== 0 && (max_age === 0 || found < max_age) ? { max_age } : undefined;
}

/** Update of the changeable settings of an existing stream. */
const CHANGEABLE = ['max_age', 'max_bytes', 'duplicate_window', 'num_replicas', 'discard'];
const FIXED = ['storage', 'retention'];

/** @throws CatgaError `CATGA_CONFIGURATION` if the existing stream has another setting that cannot be changed */
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

/** Configuration for stream creation; a bucket's follows NATS ADR-8, so that the `nats` CLI can read it. */
function configOf(shape: StreamShape, wantedForMs: number): StreamConfig {
  const { name, subjects, replicas, perSubject, isBucket, isForEver, settings, metadata } = shape;
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
    ...(metadata !== undefined && { metadata }),
  };
}
