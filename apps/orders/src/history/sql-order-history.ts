import { Inject, Injectable } from '@nestjs/common';
import type { OrderHistoryEntry } from '@catga/contracts';
import type { SqlDatabase } from '@catga/sql';
import { DATABASE } from '../sql/database.js';
import type { OrderHistory } from './order-history.js';

/** A row for each entry. Its handler has `transaction: true`, so the inbox record commits with the row. */
@Injectable()
export class SqlOrderHistory implements OrderHistory {
  constructor(@Inject(DATABASE) private readonly database: SqlDatabase) {}

  async record(orderId: string, _effectKey: string, { event, at }: OrderHistoryEntry): Promise<void> {
    await (this.database.ambient() ?? this.database.root).execute(
      'INSERT INTO order_history (order_id, event, at) VALUES ($1, $2, $3)',
      [orderId, event, at],
    );
  }

  async of(orderId: string): Promise<readonly OrderHistoryEntry[]> {
    const rows = await this.database.root.execute(
      'SELECT event, at FROM order_history WHERE order_id = $1 ORDER BY position',
      [orderId],
    );
    return rows.map(({ event, at }) => ({ event, at }) as OrderHistoryEntry);
  }
}
