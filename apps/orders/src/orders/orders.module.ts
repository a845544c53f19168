import { Module } from '@nestjs/common';
import type { DynamicModule } from '@nestjs/common';
import type { OrdersStorage } from '../storage/storage.js';
import { GetOrderHandler } from './get-order.handler.js';
import { OrdersController } from './orders.controller.js';

/** Takes and ships orders. */
@Module({ controllers: [OrdersController] })
export class OrdersModule {
  static with({ orders }: OrdersStorage): DynamicModule {
    return { module: OrdersModule, providers: [...orders, GetOrderHandler] };
  }
}
