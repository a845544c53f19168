import { Module } from '@nestjs/common';
import type { DynamicModule } from '@nestjs/common';
import type { NodeSettings } from '../node/node-settings.js';
import { Ledger } from './ledger.js';

@Module({})
export class LedgerModule {
  static with({ ledgerFile, nodeId }: NodeSettings): DynamicModule {
    const ledger = { provide: Ledger, useFactory: () => new Ledger(ledgerFile, nodeId) };
    return { module: LedgerModule, global: true, providers: [ledger], exports: [Ledger] };
  }
}
