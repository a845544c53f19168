import { Module } from '@nestjs/common';
import type { DynamicModule } from '@nestjs/common';
import { LedgerModule } from '../ledger/ledger.module.js';
import { clusterModule } from '../node/cluster-module.js';
import type { NodeSettings } from '../node/node-settings.js';
import { PlaceOrderHandler } from './place-order.handler.js';

@Module({ providers: [PlaceOrderHandler] })
export class OrdersModule {
  static with(settings: NodeSettings): DynamicModule {
    return {
      module: OrdersModule,
      imports: [clusterModule('orders', settings), LedgerModule.with(settings)],
    };
  }
}
