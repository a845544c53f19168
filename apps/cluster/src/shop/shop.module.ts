import { Module } from '@nestjs/common';
import type { DynamicModule } from '@nestjs/common';
import { CatgaSagasModule } from '@catga/sagas';
import { clusterModule } from '../node/cluster-module.js';
import type { NodeSettings } from '../node/node-settings.js';
import { Journal } from './journal.js';
import { OrdersController } from './orders.controller.js';
import { PaymentHandlers } from './payment.handlers.js';
import { ShippingHandlers } from './shipping.handlers.js';
import { StockHandlers } from './stock.handlers.js';

/** The services of a shop: HTTP, stock, payment and shipping. Its sagas run elsewhere. */
@Module({
  controllers: [OrdersController],
  providers: [Journal, StockHandlers, PaymentHandlers, ShippingHandlers],
})
export class ShopModule {
  static with(settings: NodeSettings): DynamicModule {
    return {
      module: ShopModule,
      imports: [clusterModule('shop', settings), CatgaSagasModule.forRoot()],
    };
  }
}
