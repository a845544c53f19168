import { CatgaError } from '@catga/nestjs';
import type { PagedRecordStore, VersionedRecord } from '@catga/core/engine';
import { hasEnded, sagaRecordSchema, toText } from './saga-record.js';
import type { RecordedMessage, SagaRecord } from './saga-record.js';

/** A record with its version in the store. */
export interface VersionedSaga {
  readonly record: SagaRecord;
  readonly version: number;
}

/** Page of sagas. */
export interface SagaRecordPage {
  readonly sagas: readonly VersionedSaga[];
  /** Errors of records that cannot be read; the others are listed. */
  readonly unreadable: readonly CatgaError[];
  readonly next: string | undefined;
}

/** Maximum length of a saga's id, in characters. */
const MAX_ID = 200;
/** Maximum length of a part of a key. */
const MAX_PART = 256;
const ROOT = 'saga/';
/** Stores write any such as the same character. */
const LONE_SURROGATE = /\p{Surrogate}/u;

/** The records of sagas, in the store of the engine. */
export class SagaRecords {
  constructor(private readonly place: { readonly records: PagedRecordStore }) {}

  /** Rejects an id that a store cannot hold or distinguish: `CATGA_VALIDATION_FAILED`. */
  static checkId(saga: string, id: unknown): string {
    const problem = problemOf(id);
    if (problem === undefined) return id as string;
    throw new CatgaError('CATGA_VALIDATION_FAILED', `The id of a saga ${saga} ${problem}.`, {
      details: { saga, issues: [{ path: 'id', message: problem }] },
    });
  }

  async read(saga: string, id: string): Promise<VersionedSaga | undefined> {
    const found = await this.place.records.read(keyOf(saga, id));
    return found && decode(found);
  }

  /**
   * Writes a record in place of the version that was read; 0 for none. Resolves with its new version and its size, or with undefined,
   * without a write, if another one is there. `CATGA_PAYLOAD_TOO_LARGE` for a running saga beyond `maxBytes`, and for any one beyond
   * what the store takes: that it has grown too large keeps nobody from compensating or ending it.
   */
  async write(
    record: SagaRecord,
    expected: number,
    maxBytes: number,
  ): Promise<{ readonly version: number; readonly bytes: number } | undefined> {
    const { saga, id } = record;
    const store = this.place.records;
    const bytes = encode(record);
    const limit = record.status === 'running' ? Math.min(maxBytes, store.maxValueBytes) : store.maxValueBytes;
    if (bytes.byteLength > limit) {
      throw new CatgaError(
        'CATGA_PAYLOAD_TOO_LARGE',
        `The record of the saga ${saga} '${id}' would have ${bytes.byteLength} bytes with the messages of this step; the limit is ${limit}: keep references in its state, or raise maxBytes of @Saga.`,
        { details: { saga, id, bytes: bytes.byteLength, limit } },
      );
    }
    const version = await store.write(keyOf(saga, id), bytes, expected);
    return version === undefined ? undefined : { version, bytes: bytes.byteLength };
  }

  /** A page of the sagas of one name, or of all; `limit` is approximate. */
  async page(saga: string | undefined, limit: number, after?: string): Promise<SagaRecordPage> {
    const prefix = saga === undefined ? ROOT : `${ROOT}${partOf(saga)}/`;
    const { records, next } = await this.place.records.page(prefix, limit, after);
    const sagas: VersionedSaga[] = [];
    const unreadable: CatgaError[] = [];
    for (const record of records) {
      const read = readable(record);
      if (read instanceof CatgaError) unreadable.push(read);
      else sagas.push(read);
    }
    return { sagas, unreadable, next };
  }

  /**
   * Scans a page of records and removes the sagas that ended before a time. Resolves with the next cursor, and with the time of the oldest
   * change among the remaining ones.
   */
  async removeEnded(
    saga: string,
    limit: number,
    before: number,
    after?: string,
  ): Promise<{ readonly next: string | undefined; readonly oldestMs: number }> {
    const { sagas, next } = await this.page(saga, limit, after);
    const old = sagas.filter(({ record }) => hasEnded(record) && record.changedAtMs < before);
    await Promise.all(
      old.map(({ record, version }) => this.place.records.remove(keyOf(saga, record.id), version)),
    );
    const kept = sagas.filter((one) => !old.includes(one));
    return { next, oldestMs: Math.min(...kept.map(({ record }) => record.changedAtMs)) };
  }
}

function problemOf(id: unknown): string | undefined {
  if (typeof id !== 'string') return 'is not a string';
  if (id === '') return 'is empty';
  if (LONE_SURROGATE.test(id)) return 'has half a surrogate pair';
  return id.length > MAX_ID || !isPart(id) ? `is longer than ${MAX_ID} characters` : undefined;
}

function keyOf(saga: string, id: string): string {
  return `${ROOT}${partOf(saga)}/${partOf(id)}`;
}

/** Whether a store can hold a text as a part of a key, and tell it from others. */
export function isPart(text: string): boolean {
  return partOf(text).length <= MAX_PART && !LONE_SURROGATE.test(text);
}

/** A text as a part of something that slashes separate. */
export function partOf(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('/', '%2F');
}

function encode(record: SagaRecord): Uint8Array {
  const { state, outgoing, commands } = record;
  const stored = {
    ...record,
    state: toText(state),
    outgoing: outgoing.map(toStored),
    commands: commands.map((command) =>
      command.undo === undefined ? command : { ...command, undo: toStored(command.undo) },
    ),
  };
  return Buffer.from(JSON.stringify(stored));
}

function toStored(sent: RecordedMessage): object {
  const { body } = sent.message;
  return typeof body === 'string' ? sent : { ...sent, message: { ...sent.message, body: toText(body) } };
}

function decode(record: VersionedRecord): VersionedSaga {
  const read = readable(record);
  if (read instanceof CatgaError) throw read;
  return read;
}

function readable({ key, value, version }: VersionedRecord): VersionedSaga | CatgaError {
  const { success, data, error } = sagaRecordSchema.safeParse(parse(value));
  if (success) return { record: data, version };
  return new CatgaError(
    'CATGA_SERIALIZATION',
    `The record '${key}' is not a saga that this version can read.`,
    {
      details: { key },
      cause: error,
    },
  );
}

function parse(value: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(value)) as unknown;
  } catch {
    return undefined;
  }
}
