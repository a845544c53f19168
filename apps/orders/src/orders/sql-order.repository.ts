import { Inject, Injectable } from '@nestjs/common';
import type { OrderLine, OrderStatus } from '@catga/contracts';
import type { SqlDatabase, SqlExecutor, SqlRow } from '@catga/sql';
import { DATABASE } from '../sql/database.js';
import type { Order } from './order.js';
import type { OrderRepository } from './order.repository.js';

const COLUMNS = 'order_id, customer_id, status, lines::text AS lines, total::text AS total';

/** A row for each order. Joins the transaction of the handler that calls it. */
@Injectable()
export class SqlOrderRepository implements OrderRepository {
  constructor(@Inject(DATABASE) private readonly database: SqlDatabase) {}

  async add({ orderId, customerId, status, lines, total }: Order): Promise<void> {
    await this.executor.execute(
      'INSERT INTO orders (order_id, customer_id, status, lines, total) VALUES ($1, $2, $3, $4::json, $5::bigint)',
      [orderId, customerId, status, JSON.stringify(lines), total],
    );
  }

  async find(orderId: string): Promise<Order | undefined> {
    const rows = await this.executor.execute(`SELECT ${COLUMNS} FROM orders WHERE order_id = $1`, [orderId]);
    return rows.map(orderOf)[0];
  }

  async changeStatus(orderId: string, from: OrderStatus, to: OrderStatus): Promise<Order | undefined> {
    const rows = await this.executor.execute(
      `UPDATE orders SET status = $3 WHERE order_id = $1 AND status = $2 RETURNING ${COLUMNS}`,
      [orderId, from, to],
    );
    return rows.map(orderOf)[0];
  }

  async remove(orderId: string): Promise<void> {
    await this.executor.execute('DELETE FROM orders WHERE order_id = $1', [orderId]);
  }

  private get executor(): SqlExecutor {
    return this.database.ambient() ?? this.database.root;
  }
}

function orderOf(row: SqlRow): Order {
  return {
    orderId: row['order_id'] as string,
    customerId: row['customer_id'] as string,
    status: row['status'] as OrderStatus,
    lines: JSON.parse(row['lines'] as string) as readonly OrderLine[],
    total: Number(row['total']),
  };
}
