import type { Provider } from '@nestjs/common';
import { sqlOutbox } from '@catga/sql';
import { OrderHistory } from '../history/order-history.js';
import { SqlOrderHistory } from '../history/sql-order-history.js';
import { OrderRepository } from '../orders/order.repository.js';
import { SqlOrderRepository } from '../orders/sql-order.repository.js';
import type { Settings } from '../settings/settings.js';
import type { OrdersStorage } from '../storage/storage.js';
import { DATABASE, openDatabase } from './database.js';
import {
  CreateOrderInTransaction,
  RecordOrderHistoryInTransaction,
  ShipOrderInTransaction,
} from './handlers-in-transactions.js';
import { withRelayDelay } from './relay-delay.js';

/** Orders in PostgreSQL, which commit with their events. */
export interface SqlStorage extends OrdersStorage {
  /** Location of the data, for messages. */
  readonly place: string;
}

/** Opens the database. Rejects if there is none. */
export async function openSqlStorage(settings: Settings): Promise<SqlStorage> {
  const { database, place } = await openDatabase(settings);
  const provided: Provider = { provide: DATABASE, useValue: database };
  return {
    orders: [
      provided,
      { provide: OrderRepository, useClass: SqlOrderRepository },
      CreateOrderInTransaction,
      ShipOrderInTransaction,
    ],
    history: [
      provided,
      { provide: OrderHistory, useClass: SqlOrderHistory },
      RecordOrderHistoryInTransaction,
    ],
    outbox: withRelayDelay(sqlOutbox(database), settings.relayDelayMs),
    place,
  };
}
