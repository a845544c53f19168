import type { SqlDatabase } from '@catga/sql';
import type { Snapshot, SnapshotStore } from '../event-store.js';

/** Snapshots of one namespace in a database. */
export class SqlSnapshots implements SnapshotStore {
  constructor(
    private readonly database: SqlDatabase,
    private readonly namespace: string,
  ) {}

  async load(stream: string, stateVersion: number): Promise<Snapshot | undefined> {
    const on = this.database.ambient() ?? this.database.root;
    const [row] = await on.execute(
      `SELECT version::float8 AS version, serializer, state FROM catga_snapshot
       WHERE namespace = $1 AND stream = $2 AND state_version = $3::bigint`,
      [this.namespace, stream, stateVersion],
    );
    return (
      row && {
        version: row['version'] as number,
        serializer: row['serializer'] as string,
        state: row['state'] as Uint8Array,
      }
    );
  }

  async save(stream: string, stateVersion: number, { version, serializer, state }: Snapshot): Promise<void> {
    if (this.database.ambient() !== undefined) return;
    await this.database.root.execute(
      `INSERT INTO catga_snapshot (namespace, stream, state_version, version, serializer, state)
       VALUES ($1, $2, $3::bigint, $4::bigint, $5, $6::bytea)
       ON CONFLICT (namespace, stream, state_version) DO UPDATE
         SET version = excluded.version, serializer = excluded.serializer, state = excluded.state
         WHERE catga_snapshot.version < excluded.version`,
      [this.namespace, stream, stateVersion, version, serializer, state],
    );
  }
}
