import { Module } from '@nestjs/common';
import { CreateOrderHandler } from './create-order.handler.js';
import { GetOrderHandler } from './get-order.handler.js';
import { OrderRepository } from './order.repository.js';
import { OrdersController } from './orders.controller.js';
import { ShipOrderHandler } from './ship-order.handler.js';

/** Takes and ships orders. */
@Module({
  controllers: [OrdersController],
  providers: [OrderRepository, CreateOrderHandler, ShipOrderHandler, GetOrderHandler],
})
export class OrdersModule {}
