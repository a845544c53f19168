import { Module } from '@nestjs/common';
import type { DynamicModule } from '@nestjs/common';
import { LedgerModule } from '../ledger/ledger.module.js';
import { observedNode } from '../metrics/observed-node.js';
import type { NodeSettings } from '../node/node-settings.js';
import { BookShipmentHandler } from './book-shipment.handler.js';
import { PrintLabelHandler } from './print-label.handler.js';

@Module({ providers: [BookShipmentHandler, PrintLabelHandler] })
export class ShippingModule {
  static with(settings: NodeSettings): DynamicModule {
    return {
      module: ShippingModule,
      imports: [...observedNode('shipping', settings), LedgerModule.with(settings)],
    };
  }
}
