import type { SqlDatabase, SqlExecutor, SqlParameter, SqlParticipant, SqlRow } from '@catga/sql';
import type {
  Appended,
  Checkpoint,
  EventPage,
  EventStore,
  HeldUpEvents,
  NewEvent,
  RecordedEvent,
} from '../event-store.js';
import { checkAppend, checkPage, checkRead, checkStream, conflictError } from '../store-arguments.js';
import { COLUMNS, SELECTED, eventOf, valuesOf } from './event-rows.js';
import { BEGINNING, checkpointOf, isBefore, placeOf } from './sql-checkpoint.js';
import type { SqlPlace } from './sql-checkpoint.js';
import { heldUpBehind } from './sql-held-up.js';
import { SqlProjections } from './sql-projections.js';
import { SqlSubjectKeys } from './sql-subject-keys.js';
import { SqlSnapshots } from './sql-snapshots.js';

/** Number of events of a stream read by one statement. */
const PAGE = 500;

const names = Object.keys(COLUMNS);
const types = Object.values(COLUMNS);

/** The latest epoch, for `FROM`. Most of the time of an append is the planner's, which takes longer for max(). */
const LATEST = '(SELECT epoch FROM catga_event_epoch ORDER BY epoch DESC LIMIT 1) AS latest';

const THIS_TX = 'pg_current_xact_id()::text::bigint';

/**
 * Transaction that orders an event: its own, or that of the previous event in the stream if that is later. A transaction that wrote
 * something else before may be older than the one whose events it follows.
 */
const ORDER_TX = `CASE WHEN s.epoch = latest.epoch THEN greatest(s.tx, ${THIS_TX}) ELSE ${THIS_TX} END`;

/** Reserves versions for $3 new events, and locks the stream until the commit; no row if it does not have the expected version $4. */
const HEADS = {
  first: `INSERT INTO catga_stream AS s (namespace, stream, version, epoch, tx)
    SELECT $1, $2, $3::bigint, latest.epoch, ${THIS_TX} FROM ${LATEST} WHERE $4::bigint = 0
    ON CONFLICT DO NOTHING
    RETURNING s.version, s.epoch, s.tx`,
  next: `UPDATE catga_stream AS s SET version = s.version + $3::bigint, epoch = latest.epoch, tx = ${ORDER_TX}
    FROM ${LATEST} WHERE s.namespace = $1 AND s.stream = $2 AND s.version = $4::bigint
    RETURNING s.version, s.epoch, s.tx`,
  any: `INSERT INTO catga_stream AS s (namespace, stream, version, epoch, tx)
    SELECT $1, $2, $3::bigint, latest.epoch, ${THIS_TX} FROM ${LATEST} WHERE $4::bigint IS NULL
    ON CONFLICT (namespace, stream) DO UPDATE SET version = s.version + excluded.version, epoch = excluded.epoch,
      tx = CASE WHEN s.epoch = excluded.epoch THEN greatest(s.tx, excluded.tx) ELSE excluded.tx END
    RETURNING s.version, s.epoch, s.tx`,
} as const;

/** New events, in their order. */
const MANY = `unnest(${types.map((type, at) => `$${at + 5}::${type}[]`).join(', ')})
  WITH ORDINALITY AS m (${names.join(', ')}, ordinal)
ORDER BY m.ordinal`;
/** One event takes the database less time than arrays of one. */
const ONE = `(SELECT ${types.map((type, at) => `$${at + 5}::${type} AS ${names[at]}`).join(', ')}, 1 AS ordinal) AS m`;

/** One statement: the lock, the versions, and the positions, which are drawn behind the lock. */
const append = (head: string, events: string): string => `WITH head AS (${head})
INSERT INTO catga_event (namespace, stream, version, epoch, tx, ${names.join(', ')})
SELECT $1, $2, head.version - $3::bigint + m.ordinal, head.epoch, head.tx,
  ${names.map((name) => (name === 'headers' ? 'm.headers::json' : `m.${name}`)).join(', ')}
FROM head, ${events}
RETURNING version::float8 AS version, epoch, tx::text AS tx, position::text AS position`;

const appends = (events: string) => ({
  first: append(HEADS.first, events),
  next: append(HEADS.next, events),
  any: append(HEADS.any, events),
});
const APPEND_MANY = appends(MANY);
const APPEND_ONE = appends(ONE);

/**
 * Events up to the oldest transaction that is open anywhere on the server: one that is open may still append before those that are there.
 * Earlier epochs have no open transactions. Both bounds are of the index; the order is qualified, because a bare name is that of a selected text.
 */
const READ_ALL = `SELECT ${SELECTED} FROM catga_event
WHERE namespace = $1 AND (epoch, tx, position) > ($2::int, $3::bigint, $4::bigint)
  AND (epoch, tx) < ((SELECT max(epoch) FROM catga_event_epoch), (SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint))
ORDER BY catga_event.epoch, catga_event.tx, catga_event.position LIMIT $5::int`;

const AFTER_COMMIT: SqlParticipant<() => void> = {
  beforeCommit: () => Promise.resolve(),
  committed: (tasks) => tasks.forEach((task) => task()),
  rolledBack() {},
};

/** Event store of one namespace in a database. */
export class SqlEventStore implements EventStore {
  readonly snapshots: SqlSnapshots;
  readonly projections: SqlProjections;
  readonly keys: SqlSubjectKeys;

  constructor(
    private readonly database: SqlDatabase,
    private readonly namespace: string,
  ) {
    this.snapshots = new SqlSnapshots(database, namespace);
    this.projections = new SqlProjections(database, namespace);
    this.keys = new SqlSubjectKeys(database, namespace);
  }

  async append(stream: string, events: readonly NewEvent[], expected: number | 'any'): Promise<Appended> {
    checkAppend(stream, events, expected);
    const rows = events.map(valuesOf);
    const [first = []] = rows;
    const isOne = rows.length === 1;
    const columns = isOne ? first : names.map((_, column) => rows.map((row) => row[column] as SqlParameter));
    const kind = expected === 'any' ? 'any' : expected === 0 ? 'first' : 'next';
    const expectedVersion = expected === 'any' ? null : expected;
    const appended = await this.on.execute((isOne ? APPEND_ONE : APPEND_MANY)[kind], [
      this.namespace,
      stream,
      events.length,
      expectedVersion,
      ...columns,
    ]);
    const last = appended.at(-1) as (SqlRow & SqlPlace & { readonly version: number }) | undefined;
    if (last === undefined) throw conflictError(stream, expected);
    return { version: last.version, checkpoint: checkpointOf(last) };
  }

  async *read(stream: string, fromVersion = 1): AsyncIterable<RecordedEvent> {
    checkRead(stream, fromVersion);
    for (let from = fromVersion; ;) {
      const rows = await this.on.execute(
        `SELECT ${SELECTED} FROM catga_event
         WHERE namespace = $1 AND stream = $2 AND catga_event.version >= $3::bigint
         ORDER BY catga_event.version LIMIT ${PAGE}`,
        [this.namespace, stream, from],
      );
      for (const row of rows) yield eventOf(row);
      if (rows.length < PAGE) return;
      from += PAGE;
    }
  }

  async readAll(after: Checkpoint | undefined, limit: number): Promise<EventPage> {
    checkPage(limit);
    const place = after === undefined ? BEGINNING : placeOf(after);
    const { epoch, tx, position } = place;
    const rows = await this.on.execute(READ_ALL, [this.namespace, epoch, tx, position, limit]);
    const events = rows.map(eventOf);
    return { events, next: events.at(-1)?.checkpoint ?? checkpointOf(place) };
  }

  isBefore(one: Checkpoint, other: Checkpoint): boolean {
    return isBefore(placeOf(one), placeOf(other));
  }

  heldUp(): Promise<HeldUpEvents | undefined> {
    return heldUpBehind(this.database.root, this.namespace);
  }

  async findDecision(stream: string, decision: string): Promise<RecordedEvent | undefined> {
    checkStream(stream);
    const [row] = await this.on.execute(
      `SELECT ${SELECTED} FROM catga_event WHERE namespace = $1 AND stream = $2 AND decision = $3
       ORDER BY catga_event.version LIMIT 1`,
      [this.namespace, stream, decision],
    );
    return row && eventOf(row);
  }

  inTransaction<T>(work: (afterCommit: (task: () => void) => void) => Promise<T>): Promise<T> {
    return this.database.run((transaction) => work((task) => transaction.enlist(AFTER_COMMIT, task)));
  }

  /** The open transaction of the caller, or the root. */
  private get on(): SqlExecutor {
    return this.database.ambient() ?? this.database.root;
  }
}
