import { Module } from '@nestjs/common';
import type { DynamicModule } from '@nestjs/common';
import { CatgaEventSourcingModule, sqlEventStore } from '@catga/event-sourcing';
import { CatgaModule } from '@catga/nestjs';
import { sqlOutbox } from '@catga/sql';
import type { SqlDatabase } from '@catga/sql';
import { AccountsController } from './accounts.controller.js';
import { DepositHandler, WithdrawHandler } from './commands.js';
import { DATABASE } from './database.js';
import { ProjectionsController } from './projections.controller.js';
import { GetBalanceHandler, GetStatementHandler } from './queries.js';
import { Balances, Statements } from './read-models.js';

@Module({})
export class AppModule {
  static with(database: SqlDatabase): DynamicModule {
    return {
      module: AppModule,
      imports: [
        CatgaModule.forRoot({ outbox: sqlOutbox(database) }),
        CatgaEventSourcingModule.forRoot({ storage: sqlEventStore(database) }),
      ],
      controllers: [AccountsController, ProjectionsController],
      providers: [
        { provide: DATABASE, useValue: database },
        DepositHandler,
        WithdrawHandler,
        Balances,
        Statements,
        GetBalanceHandler,
        GetStatementHandler,
      ],
    };
  }
}
