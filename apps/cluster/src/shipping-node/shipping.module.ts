import { Module } from '@nestjs/common';
import type { DynamicModule } from '@nestjs/common';
import { LedgerModule } from '../ledger/ledger.module.js';
import { clusterModule } from '../node/cluster-module.js';
import type { NodeSettings } from '../node/node-settings.js';
import { BookShipmentHandler } from './book-shipment.handler.js';

@Module({ providers: [BookShipmentHandler] })
export class ShippingModule {
  static with(settings: NodeSettings): DynamicModule {
    return {
      module: ShippingModule,
      imports: [clusterModule('shipping', settings), LedgerModule.with(settings)],
    };
  }
}
