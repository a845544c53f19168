import { CatgaError } from '@catga/core';
import type { PagedRecordStore, RecordPage, VersionedRecord } from '@catga/core/engine';
import type { SqlDatabase } from '../database/sql-database.js';
import type { SqlExecutor, SqlRow } from '../database/sql-executor.js';
import { sqlStateOf } from '../database/sql-state.js';
import { toDatabaseText, toText } from '../inbox/indexed-text.js';

const MAX_VALUE_BYTES = 8 * 1024 * 1024;
/** SQLSTATE of a conflict with another transaction at an isolation level that does not see its write. */
const SERIALIZATION_FAILURE = '40001';

/**
 * Records of one namespace in a table. Reads and writes join the transaction of the caller: a write waits for another transaction that has
 * written the same record, and then reports the conflict.
 */
export class SqlRecordStore implements PagedRecordStore {
  readonly maxValueBytes = MAX_VALUE_BYTES;

  constructor(
    private readonly database: SqlDatabase,
    private readonly namespace: string,
  ) {}

  async read(key: string): Promise<VersionedRecord | undefined> {
    const [row] = await this.on.execute(
      'SELECT key, version::float8 AS version, value FROM catga_record WHERE namespace = $1 AND key = $2',
      [this.namespace, toDatabaseText(key)],
    );
    return row && recordOf(row);
  }

  async list(prefix: string): Promise<readonly VersionedRecord[]> {
    return (await this.page(prefix, Number.MAX_SAFE_INTEGER)).records;
  }

  /** Page of records, ordered by key. */
  async page(prefix: string, limit: number, after?: string): Promise<RecordPage> {
    const [from, to] = [toDatabaseText(prefix), `${toDatabaseText(prefix.slice(0, -1))}${AFTER_SLASH}`];
    const rows = await this.on.execute(
      `SELECT key, version::float8 AS version, value FROM catga_record
       WHERE namespace = $1 AND key > $2 AND key < $3 ORDER BY key LIMIT $4::bigint`,
      [this.namespace, after === undefined ? from : toDatabaseText(after), to, limit],
    );
    const records = rows.map(recordOf);
    return { records, next: rows.length < limit ? undefined : records.at(-1)?.key };
  }

  async write(key: string, value: Uint8Array, expected: number): Promise<number | undefined> {
    if (value.byteLength > MAX_VALUE_BYTES) {
      throw new CatgaError(
        'CATGA_PAYLOAD_TOO_LARGE',
        `A record has ${value.byteLength} bytes; the limit is ${MAX_VALUE_BYTES}.`,
      );
    }
    const where = [this.namespace, toDatabaseText(key)] as const;
    const rows = await unlessFirst(() =>
      expected === 0
        ? this.on.execute(
            `INSERT INTO catga_record (namespace, key, value) VALUES ($1, $2, $3::bytea)
             ON CONFLICT DO NOTHING RETURNING version::float8 AS version`,
            [...where, value],
          )
        : this.on.execute(
            `UPDATE catga_record SET value = $3::bytea, version = nextval('catga_record_version')
             WHERE namespace = $1 AND key = $2 AND version = $4::bigint RETURNING version::float8 AS version`,
            [...where, value, expected],
          ),
    );
    return rows[0]?.['version'] as number | undefined;
  }

  async remove(key: string, expected: number): Promise<boolean> {
    const rows = await unlessFirst(() =>
      this.on.execute(
        'DELETE FROM catga_record WHERE namespace = $1 AND key = $2 AND version = $3::bigint RETURNING 1 AS gone',
        [this.namespace, toDatabaseText(key), expected],
      ),
    );
    return rows.length > 0;
  }

  /** The transaction of the calling code, if there is one. */
  private get on(): SqlExecutor {
    return this.database.ambient() ?? this.database.root;
  }
}

/** The character after the slash that ends a prefix. */
const AFTER_SLASH = '0';

function recordOf(row: SqlRow): VersionedRecord {
  const { key, version, value } = row as {
    readonly key: string;
    readonly version: number;
    readonly value: Uint8Array;
  };
  return { key: toText(key), version, value };
}

async function unlessFirst(ask: () => Promise<readonly SqlRow[]>): Promise<readonly SqlRow[]> {
  try {
    return await ask();
  } catch (thrown) {
    if (sqlStateOf(thrown) === SERIALIZATION_FAILURE) return [];
    throw thrown;
  }
}
