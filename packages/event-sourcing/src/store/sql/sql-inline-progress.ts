import type { SqlDatabase, SqlExecutor, SqlParameter } from '@catga/sql';
import type { EndedTransactions } from './ended-transactions.js';
import type { BuildKey, BuildRole, InlineProgress, StreamWork } from '../event-store.js';

/**
 * Moves the progress of a stream to $4 in the running builds that `which` selects, and returns the previous one. The row of the stream is
 * locked, so nobody else moves it, and a statement that begins after the lock sees everything committed.
 */
const moved = (
  which: string,
): string => `INSERT INTO catga_projection_stream AS s (namespace, name, build, stream, version)
  SELECT p.namespace, p.name, p.build, $3, $4::bigint FROM catga_projection p
  WHERE p.namespace = $1 AND p.name = $2 AND p.${which} = $5::bigint AND p.status = 'running'
  ON CONFLICT (namespace, name, build, stream) DO UPDATE SET version = greatest(s.version, excluded.version)
  RETURNING s.build::float8 AS build,
    coalesce((SELECT o.version FROM catga_projection_stream o
      WHERE o.namespace = s.namespace AND o.name = s.name AND o.build = s.build AND o.stream = s.stream), 0)::float8 AS before,
    CASE WHEN (SELECT p.is_live FROM catga_projection p
      WHERE p.namespace = s.namespace AND p.name = s.name AND p.build = s.build) THEN 'live' ELSE 'building' END AS role`;

const MOVED = { ofVersion: moved('version'), ofBuild: moved('build') } as const;

/** Streams in which the live build of the version is ahead of build $3. */
const LATE = `SELECT l.stream FROM catga_projection_stream l
  JOIN catga_projection p ON p.namespace = l.namespace AND p.name = l.name AND p.build = $3::bigint
  JOIN catga_projection live ON live.namespace = l.namespace AND live.name = l.name AND live.build = l.build
    AND live.is_live AND live.version = p.version
  LEFT JOIN catga_projection_stream s
    ON s.namespace = l.namespace AND s.name = l.name AND s.build = p.build AND s.stream = l.stream
  WHERE l.namespace = $1 AND l.name = $2 AND coalesce(s.version, 0) < l.version`;

/** Number of rows deleted by one statement. */
const FORGOTTEN_AT_ONCE = 1000;
const FORGET = `DELETE FROM catga_projection_stream WHERE ctid = ANY(ARRAY(
    SELECT s.ctid FROM catga_projection_stream s
    WHERE s.namespace = $1 AND s.name = $2 AND s.build = $3::bigint LIMIT ${FORGOTTEN_AT_ONCE}))
  RETURNING 1 AS forgotten`;

/** How far inline projections have taken each stream of a namespace. */
export class SqlInlineProgress implements InlineProgress {
  constructor(
    private readonly database: SqlDatabase,
    private readonly namespace: string,
    private readonly ended: EndedTransactions,
  ) {}

  take(name: string, version: number, stream: string, to: number, work: StreamWork): Promise<void> {
    // As a savepoint in the transaction of the append.
    return this.database.run((tx) =>
      move(tx, MOVED.ofVersion, [this.namespace, name, stream, to, version], work),
    );
  }

  catchUp({ name, build }: BuildKey, stream: string, work: StreamWork): Promise<void> {
    return this.database.run(async (tx) => {
      // Not while another build goes live: it would miss these events.
      await tx.execute(
        'SELECT 1 AS one FROM catga_projection WHERE namespace = $1 AND name = $2 AND build = $3::bigint FOR SHARE',
        [this.namespace, name, build],
      );
      const [head] = await tx.execute(
        'SELECT version::float8 AS version FROM catga_stream WHERE namespace = $1 AND stream = $2 FOR UPDATE',
        [this.namespace, stream],
      );
      const to = head?.['version'] as number | undefined;
      if (to !== undefined) await move(tx, MOVED.ofBuild, [this.namespace, name, stream, to, build], work);
    });
  }

  async behind({ name, build }: BuildKey, versions: ReadonlyMap<string, number>): Promise<readonly string[]> {
    const rows = await this.on.execute(
      `SELECT w.stream FROM unnest($4::text[], $5::bigint[]) AS w (stream, version)
       LEFT JOIN catga_projection_stream s
         ON s.namespace = $1 AND s.name = $2 AND s.build = $3::bigint AND s.stream = w.stream
       WHERE coalesce(s.version, 0) < w.version`,
      [this.namespace, name, build, [...versions.keys()], [...versions.values()]],
    );
    return rows.map((row) => row['stream'] as string);
  }

  isTakenAlong({ name, build }: BuildKey): Promise<boolean> {
    return this.ended.since(`begin ${build} of ${name}`);
  }

  async late({ name, build }: BuildKey): Promise<readonly string[]> {
    const rows = await this.on.execute(LATE, [this.namespace, name, build]);
    return rows.map((row) => row['stream'] as string);
  }

  /** Deletes the progress of a build, in chunks. */
  async forget({ name, build }: BuildKey): Promise<void> {
    const parameters = [this.namespace, name, build];
    while ((await this.database.root.execute(FORGET, parameters)).length === FORGOTTEN_AT_ONCE);
  }

  private get on(): SqlExecutor {
    return this.database.ambient() ?? this.database.root;
  }
}

async function move(
  tx: SqlExecutor,
  sql: string,
  parameters: readonly SqlParameter[],
  work: StreamWork,
): Promise<void> {
  const to = parameters[3] as number;
  for (const row of await tx.execute(sql, parameters)) {
    const before = row['before'] as number;
    const build = { build: row['build'] as number, role: row['role'] as BuildRole };
    if (before < to) await work(tx, build, before, to);
  }
}
