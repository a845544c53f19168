import { BadRequestException, Body, Controller, Get, Param, ParseIntPipe, Post, Query } from '@nestjs/common';
import { CatgaEventStreams } from '@catga/event-sourcing';
import type { StreamState } from '@catga/event-sourcing';
import { CatgaMediator } from '@catga/nestjs';
import { Account } from './account.js';
import { Deposit, Withdraw } from './commands.js';
import type { Booked } from './commands.js';
import { GetBalance, GetStatement } from './queries.js';
import type { StatementLine } from './queries.js';

@Controller('accounts/:id')
export class AccountsController {
  constructor(
    private readonly mediator: CatgaMediator,
    private readonly streams: CatgaEventStreams,
  ) {}

  @Post('deposits')
  deposit(@Param('id') id: string, @Body('amount') amount: unknown): Promise<Booked> {
    return this.mediator.send(new Deposit(id, cents(amount)));
  }

  @Post('withdrawals')
  withdraw(@Param('id') id: string, @Body('amount') amount: unknown): Promise<Booked> {
    return this.mediator.send(new Withdraw(id, cents(amount)));
  }

  /** `after`: the id returned by a command. */
  @Get()
  balance(@Param('id') id: string, @Query('after') after?: string): Promise<{ readonly balance: number }> {
    return this.mediator.send(new GetBalance(id), { after });
  }

  @Get('statement')
  statement(@Param('id') id: string, @Query('after') after?: string): Promise<readonly StatementLine[]> {
    return this.mediator.send(new GetStatement(id), { after });
  }

  /** A past state of the account. */
  @Get('versions/:version')
  past(@Param('id') id: string, @Param('version', ParseIntPipe) upTo: number): Promise<StreamState<Account>> {
    return this.streams.load(Account, id, { upTo });
  }
}

function cents(amount: unknown): number {
  if (Number.isSafeInteger(amount) && Number(amount) > 0) return Number(amount);
  throw new BadRequestException('An amount is a whole number of cents above 0.');
}
