import { Module } from '@nestjs/common';
import type { DynamicModule } from '@nestjs/common';
import { APP_FILTER } from '@nestjs/core';
import { CatgaExceptionFilter, CatgaModule } from '@catga/nestjs';
import type { Engine } from '@catga/nestjs';
import { HistoryModule } from './history/history.module.js';
import { HttpDrain } from './http-drain.service.js';
import { OperationsModule } from './operations/operations.module.js';
import { OrdersModule } from './orders/orders.module.js';
import { CommandDelay } from './settings/command-delay.behavior.js';
import { IN_MEMORY } from './storage/in-memory-storage.js';
import type { OrdersStorage } from './storage/storage.js';
import type { Settings } from './settings/settings.js';
import { SettingsModule } from './settings/settings.module.js';
import { ShippingModule } from './shipping/shipping.module.js';

@Module({
  imports: [ShippingModule, OperationsModule],
  providers: [HttpDrain, { provide: APP_FILTER, useClass: CatgaExceptionFilter }],
})
export class AppModule {
  static with(settings: Settings, storage: OrdersStorage = IN_MEMORY, engine?: Engine): DynamicModule {
    const { retryDelayMs, commandDelayMs, shutdownDelayMs } = settings;
    return {
      module: AppModule,
      imports: [
        SettingsModule.with(settings),
        OrdersModule.with(storage),
        HistoryModule.with(storage),
        // `CatgaModule.forRoot()` would do. Events get four attempts, with visible pauses.
        CatgaModule.forRoot({
          service: 'orders',
          ...(engine && { engine }),
          retry: { maxAttempts: 4, initialDelayMs: retryDelayMs, multiplier: 2, jitter: false },
          behaviors: commandDelayMs > 0 ? [new CommandDelay(commandDelayMs)] : [],
          shutdown: { delayMs: shutdownDelayMs },
          outbox: storage.outbox,
        }),
      ],
    };
  }
}
