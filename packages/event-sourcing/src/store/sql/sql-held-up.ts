import type { SqlExecutor } from '@catga/sql';
import type { HeldUpEvents } from '../event-store.js';

/** The oldest event that is not visible to readers because of the oldest open transaction. */
const OLDEST = `SELECT (extract(epoch FROM recorded_at) * 1000)::float8 AS at,
  (extract(epoch FROM clock_timestamp() - recorded_at) * 1000)::float8 AS waiting
FROM catga_event WHERE namespace = $1
  AND (epoch, tx) >= ((SELECT max(epoch) FROM catga_event_epoch), (SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint))
ORDER BY catga_event.epoch, catga_event.tx, catga_event.position LIMIT 1`;

/** The oldest writing transaction of the server, without its statement, which may contain data. */
const HOLDER = `SELECT holder FROM (
  SELECT age(backend_xid) AS age, format('process %s (%s)', pid, concat_ws(', ', nullif(application_name, ''), state)) AS holder
  FROM pg_stat_activity WHERE backend_xid IS NOT NULL AND pid <> pg_backend_pid()
  UNION ALL
  SELECT age(transaction), format('the prepared transaction %L', gid) FROM pg_prepared_xacts
) AS open ORDER BY age DESC LIMIT 1`;

/** Finds events of a namespace that the oldest open transaction delays. */
export async function heldUpBehind(on: SqlExecutor, namespace: string): Promise<HeldUpEvents | undefined> {
  const [row] = await on.execute(OLDEST, [namespace]);
  if (row === undefined) return undefined;
  return {
    oldestAt: new Date(row['at'] as number),
    waitingMs: row['waiting'] as number,
    async by() {
      const [found] = await on.execute(HOLDER);
      return found?.['holder'] as string | undefined;
    },
  };
}
