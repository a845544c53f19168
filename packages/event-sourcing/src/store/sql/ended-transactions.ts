import type { SqlDatabase } from '@catga/sql';

const SNAPSHOT =
  'SELECT pg_snapshot_xmin(s)::text AS oldest, pg_snapshot_xmax(s)::text AS next FROM pg_current_snapshot() AS s';

/** Tells when no open transaction can still use what a change has replaced: transactions that write later read the committed change. */
export class EndedTransactions {
  /** First transaction id after a change was seen, by the change. */
  private readonly first = new Map<string, bigint>();

  constructor(private readonly database: Pick<SqlDatabase, 'root'>) {}

  /** Whether all transactions have ended that were open at the first call for a change. */
  async since(change: string): Promise<boolean> {
    const [snapshot] = await this.database.root.execute(SNAPSHOT);
    const first = this.first.get(change) ?? BigInt(snapshot?.['next'] as string);
    this.first.set(change, first);
    return BigInt(snapshot?.['oldest'] as string) >= first;
  }
}
