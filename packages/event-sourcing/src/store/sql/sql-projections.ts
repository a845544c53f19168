import type { SqlDatabase, SqlExecutor, SqlParameter, SqlRow } from '@catga/sql';
import type { Checkpoint, ProjectionStatus, ProjectionStore, StoredProjection } from '../event-store.js';

const SELECTED = `name, version::float8 AS version, checkpoint, status, problem,
  (extract(epoch FROM changed_at) * 1000)::float8 AS changed_at`;
const ONE = 'namespace = $1 AND name = $2 AND version = $3::bigint';

/** Longest text of a problem that is stored. */
const MAX_PROBLEM = 4000;

/** Progress of projections of one namespace in a database. */
export class SqlProjections implements ProjectionStore {
  constructor(
    private readonly database: SqlDatabase,
    private readonly namespace: string,
  ) {}

  async begin(name: string, version: number): Promise<StoredProjection> {
    const key = this.key(name, version);
    const select = `SELECT ${SELECTED} FROM catga_projection WHERE ${ONE}`;
    let [row] = await this.database.root.execute(select, key);
    if (row === undefined) {
      await this.database.root.execute(
        'INSERT INTO catga_projection (namespace, name, version) VALUES ($1, $2, $3::bigint) ON CONFLICT DO NOTHING',
        key,
      );
      [row] = await this.database.root.execute(select, key);
    }
    return projectionOf(row as SqlRow);
  }

  async list(): Promise<readonly StoredProjection[]> {
    const rows = await this.database.root.execute(
      `SELECT ${SELECTED} FROM catga_projection WHERE namespace = $1
       ORDER BY catga_projection.name, catga_projection.version`,
      [this.namespace],
    );
    return rows.map(projectionOf);
  }

  /** The compare-and-set comes first: a second runner waits for the row, and then has nothing to do. */
  advance(
    name: string,
    version: number,
    from: Checkpoint | undefined,
    to: Checkpoint,
    work: (tx: SqlExecutor) => Promise<void>,
  ): Promise<boolean> {
    return this.database.run(async (transaction) => {
      const moved = await transaction.execute(
        `UPDATE catga_projection SET checkpoint = $5, changed_at = clock_timestamp()
         WHERE ${ONE} AND checkpoint IS NOT DISTINCT FROM $4::text AND status = 'running' RETURNING 1 AS moved`,
        [...this.key(name, version), from ?? null, to],
      );
      if (moved.length === 0) return false;
      await work(transaction);
      return true;
    });
  }

  async setStatus(
    name: string,
    version: number,
    { status, problem }: Parameters<ProjectionStore['setStatus']>[2],
    expected: Parameters<ProjectionStore['setStatus']>[3],
  ): Promise<boolean> {
    const hasCheckpoint = 'checkpoint' in expected;
    const set = await this.database.root.execute(
      `UPDATE catga_projection SET status = $4, problem = $5::text, changed_at = clock_timestamp()
       WHERE ${ONE} AND ($6::text IS NULL OR status = $6::text)
         AND (NOT $7::boolean OR checkpoint IS NOT DISTINCT FROM $8::text) RETURNING 1 AS set`,
      [
        ...this.key(name, version),
        status,
        problem?.replaceAll('\0', '').slice(0, MAX_PROBLEM) ?? null,
        expected.status ?? null,
        hasCheckpoint,
        expected.checkpoint ?? null,
      ],
    );
    return set.length > 0;
  }

  private key(name: string, version: number): readonly SqlParameter[] {
    return [this.namespace, name, version];
  }
}

function projectionOf(row: SqlRow): StoredProjection {
  return {
    name: row['name'] as string,
    version: row['version'] as number,
    status: row['status'] as ProjectionStatus,
    problem: (row['problem'] as string | null) ?? undefined,
    checkpoint: (row['checkpoint'] as string | null) ?? undefined,
    changedAt: new Date(row['changed_at'] as number),
  };
}
