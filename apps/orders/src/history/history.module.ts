import { Module } from '@nestjs/common';
import { GetOrderHistoryHandler } from './get-order-history.handler.js';
import { HistoryController } from './history.controller.js';
import { OrderHistory } from './order-history.js';
import { RecordOrderHistory } from './record-order-history.handler.js';

/** Tells what happened to an order: a read model that events feed. */
@Module({
  controllers: [HistoryController],
  providers: [OrderHistory, RecordOrderHistory, GetOrderHistoryHandler],
})
export class HistoryModule {}
