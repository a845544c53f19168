import type { SqlDatabase, SqlExecutor, SqlParameter, SqlRow } from '@catga/sql';
import type {
  BuildKey,
  BuildRole,
  BuildSetUp,
  Checkpoint,
  ProjectionStatus,
  ProjectionStore,
  StoredProjection,
} from '../event-store.js';
import { EndedTransactions } from './ended-transactions.js';
import { SqlInlineProgress } from './sql-inline-progress.js';

/** Status of a build that another build of its version has replaced, until it is deleted. */
// They are kept for a while: appends that have begun before may still write to their tables. ~>         // Retired, not deleted: appends in progress may still write to their tables.
const RETIRED = 'retired';

/** Columns of a build `p`. */
const SELECTED = `p.name, p.build::float8 AS build, p.version::float8 AS version, p.checkpoint, p.status, p.problem,
  (extract(epoch FROM p.changed_at) * 1000)::float8 AS changed_at,
  CASE WHEN p.is_live THEN 'live'
    WHEN EXISTS (SELECT 1 FROM catga_projection l
      WHERE l.namespace = p.namespace AND l.name = p.name AND l.is_live AND l.build > p.build) THEN 'replaced'
    ELSE 'building' END AS role`;
const ONE = 'p.namespace = $1 AND p.name = $2 AND p.build = $3::bigint';
const OF_NAME = `SELECT ${SELECTED} FROM catga_projection p
  WHERE p.namespace = $1 AND p.name = $2 AND p.status <> '${RETIRED}' ORDER BY p.build`;

/** Maximum length of a stored problem. */
const MAX_PROBLEM = 4000;

/** Builds of projections of one namespace in a database. */
export class SqlProjections implements ProjectionStore {
  readonly inline: SqlInlineProgress;
  private readonly ended: EndedTransactions;

  constructor(
    private readonly database: SqlDatabase,
    private readonly namespace: string,
  ) {
    this.ended = new EndedTransactions(database);
    this.inline = new SqlInlineProgress(database, namespace, this.ended);
  }

  async begin(name: string, version: number, setUp?: BuildSetUp): Promise<readonly StoredProjection[]> {
    for (;;) {
      const all = await this.of(name);
      const builds = all.filter((one) => one.version === version);
      if (builds.length > 0) return builds;
      await this.add(name, version, all, setUp);
    }
  }

  async rebuild(name: string, version: number, setUp?: BuildSetUp): Promise<StoredProjection> {
    for (;;) {
      const all = await this.of(name);
      const underWay = all.find((one) => one.version === version && one.role === 'building');
      if (underWay !== undefined) return underWay;
      await this.add(name, version, all, setUp);
    }
  }

  async list(): Promise<readonly StoredProjection[]> {
    const rows = await this.database.root.execute(
      `SELECT ${SELECTED} FROM catga_projection p WHERE p.namespace = $1 AND p.status <> '${RETIRED}'`,
      [this.namespace],
    );
    return rows.map(projectionOf);
  }

  /** The compare-and-set comes first: a second runner waits for the row lock, and then has nothing to do. */
  advance(
    key: BuildKey,
    from: Checkpoint | undefined,
    to: Checkpoint,
    work: (tx: SqlExecutor) => Promise<void>,
  ): Promise<boolean> {
    return this.database.run(async (transaction) => {
      const moved = await transaction.execute(
        `UPDATE catga_projection p SET checkpoint = $5, changed_at = clock_timestamp()
         WHERE ${ONE} AND p.checkpoint IS NOT DISTINCT FROM $4::text AND p.status = 'running' RETURNING 1 AS moved`,
        [...this.key(key), from ?? null, to],
      );
      if (moved.length === 0) return false;
      await work(transaction);
      return true;
    });
  }

  goLive(
    key: BuildKey,
    from: Checkpoint | undefined,
    work: Parameters<ProjectionStore['goLive']>[2],
  ): Promise<boolean> {
    const one = this.key(key);
    const ofName = one.slice(0, 2);
    return this.database.run(async (transaction) => {
      const [row] = await transaction.execute(
        `UPDATE catga_projection p SET changed_at = clock_timestamp()
         WHERE ${ONE} AND p.checkpoint IS NOT DISTINCT FROM $4::text AND p.status = 'running'
         RETURNING ${SELECTED}`,
        [...one, from ?? null],
      );
      if (row === undefined || projectionOf(row).role !== 'building') return false;
      const live = 'p.namespace = $1 AND p.name = $2 AND p.is_live';
      await transaction.execute(`SELECT 1 AS one FROM catga_projection p WHERE ${live} FOR UPDATE`, ofName);
      const checkpoint = await work(transaction);
      // They are kept for a while: appends that have begun before may still write to their tables.
      await transaction.execute(
        `UPDATE catga_projection p SET status = '${RETIRED}'
         WHERE p.namespace = $1 AND p.name = $2 AND p.build < $3::bigint AND p.version = $4::bigint`,
        [...one, projectionOf(row).version],
      );
      await transaction.execute(`UPDATE catga_projection p SET is_live = false WHERE ${live}`, ofName);
      await transaction.execute(
        `UPDATE catga_projection p SET is_live = true, checkpoint = $4::text WHERE ${ONE}`,
        [...one, checkpoint ?? null],
      );
      return true;
    });
  }

  async setStatus(
    key: BuildKey,
    { status, problem }: Parameters<ProjectionStore['setStatus']>[1],
    expected: Parameters<ProjectionStore['setStatus']>[2],
  ): Promise<boolean> {
    const hasCheckpoint = 'checkpoint' in expected;
    const set = await this.database.root.execute(
      `UPDATE catga_projection p SET status = $4, problem = $5::text, changed_at = clock_timestamp()
       WHERE ${ONE} AND p.status <> '${RETIRED}' AND ($6::text IS NULL OR p.status = $6::text)
         AND (NOT $7::boolean OR p.checkpoint IS NOT DISTINCT FROM $8::text) RETURNING 1 AS set`,
      [
        ...this.key(key),
        status,
        problem?.replaceAll('\0', '').slice(0, MAX_PROBLEM) ?? null,
        expected.status ?? null,
        hasCheckpoint,
        expected.checkpoint ?? null,
      ],
    );
    return set.length > 0;
  }

  async forgetRetired(
    name: string,
    drop: (build: number, tx: SqlExecutor) => Promise<void>,
  ): Promise<boolean> {
    const { root } = this.database;
    const retired = await root.execute(
      `SELECT p.build::float8 AS build FROM catga_projection p
       WHERE p.namespace = $1 AND p.name = $2 AND p.status = '${RETIRED}'`,
      [this.namespace, name],
    );
    let isAll = true;
    for (const row of retired) {
      const key = { name, build: row['build'] as number };
      if (await this.ended.since(`end ${key.build} of ${name}`)) {
        await this.database.run((transaction) => drop(key.build, transaction));
        await this.inline.forget(key);
        await root.execute(
          `DELETE FROM catga_projection p WHERE ${ONE} AND p.status = '${RETIRED}'`,
          this.key(key),
        );
      } else isAll = false;
    }
    return isAll;
  }

  private async of(name: string): Promise<readonly StoredProjection[]> {
    return (await this.database.root.execute(OF_NAME, [this.namespace, name])).map(projectionOf);
  }

  /** Adds the next build, unless another node has added it meanwhile: then the caller reads again. */
  private add(
    name: string,
    version: number,
    seen: readonly StoredProjection[],
    setUp: BuildSetUp | undefined,
  ): Promise<void> {
    const build = Math.max(0, ...seen.map((one) => one.build)) + 1;
    return this.database.run(async (transaction) => {
      const added = await transaction.execute(
        `INSERT INTO catga_projection (namespace, name, build, version)
         VALUES ($1, $2, $3::bigint, $4::bigint) ON CONFLICT DO NOTHING RETURNING 1 AS added`,
        [this.namespace, name, build, version],
      );
      if (added.length > 0) await setUp?.(build, transaction);
    });
  }

  private key({ name, build }: BuildKey): readonly SqlParameter[] {
    return [this.namespace, name, build];
  }
}

function projectionOf(row: SqlRow): StoredProjection {
  return {
    name: row['name'] as string,
    build: row['build'] as number,
    version: row['version'] as number,
    role: row['role'] as BuildRole,
    status: row['status'] as ProjectionStatus,
    problem: (row['problem'] as string | null) ?? undefined,
    checkpoint: (row['checkpoint'] as string | null) ?? undefined,
    changedAt: new Date(row['changed_at'] as number),
  };
}
