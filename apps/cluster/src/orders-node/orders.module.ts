import { Module } from '@nestjs/common';
import type { DynamicModule } from '@nestjs/common';
import { memoryOutbox } from '@catga/nestjs';
import { LedgerModule } from '../ledger/ledger.module.js';
import { observedNode } from '../metrics/observed-node.js';
import type { NodeSettings } from '../node/node-settings.js';
import { PlaceOrderHandler } from './place-order.handler.js';

@Module({ providers: [PlaceOrderHandler] })
export class OrdersModule {
  static with(settings: NodeSettings): DynamicModule {
    return {
      module: OrdersModule,
      imports: [...observedNode('orders', settings, { outbox: memoryOutbox() }), LedgerModule.with(settings)],
    };
  }
}
