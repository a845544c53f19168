import { Module } from '@nestjs/common';
import type { DynamicModule } from '@nestjs/common';
import type { OrdersStorage } from '../storage/storage.js';
import { GetOrderHistoryHandler } from './get-order-history.handler.js';
import { HistoryController } from './history.controller.js';

/** History of orders: a read model built from events. */
@Module({ controllers: [HistoryController] })
export class HistoryModule {
  static with({ history }: OrdersStorage): DynamicModule {
    return { module: HistoryModule, providers: [...history, GetOrderHistoryHandler] };
  }
}
