import { UnprocessableEntityException } from '@nestjs/common';
import { DecisionHandler, decided } from '@catga/event-sourcing';
import type { Decision } from '@catga/event-sourcing';
import { Command, Message } from '@catga/nestjs';
import { Account, Deposited, Withdrawn } from './account.js';

/** Result of a command. Pass `after` to a query to read its effect. */
export interface Booked {
  readonly balance: number;
  readonly after: string;
}

@Message({ name: 'bank.deposit.v1' })
export class Deposit extends Command<Booked> {
  constructor(
    readonly accountId: string,
    readonly amount: number,
  ) {
    super();
  }
}

@Message({ name: 'bank.withdraw.v1' })
export class Withdraw extends Command<Booked> {
  constructor(
    readonly accountId: string,
    readonly amount: number,
  ) {
    super();
  }
}

@DecisionHandler(Deposit, { stream: Account, id: ({ accountId }) => accountId })
export class DepositHandler {
  decide({ amount }: Deposit, { balance }: Account): Decision<Booked> {
    return decided([new Deposited(amount)], (after) => ({ balance: balance + amount, after }));
  }
}

@DecisionHandler(Withdraw, { stream: Account, id: ({ accountId }) => accountId })
export class WithdrawHandler {
  decide({ amount }: Withdraw, { balance }: Account): Decision<Booked> {
    if (balance < amount) throw new UnprocessableEntityException(`The balance is only ${balance}.`);
    return decided([new Withdrawn(amount)], (after) => ({ balance: balance - amount, after }));
  }
}
