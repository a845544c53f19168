import { EventStream, Evolve } from '@catga/event-sourcing';
import { Message, ReliableEvent } from '@catga/nestjs';

/** Amounts are cents. */
@ReliableEvent()
@Message({ name: 'bank.deposited.v1' })
export class Deposited {
  constructor(readonly amount: number) {}
}

@ReliableEvent()
@Message({ name: 'bank.withdrawn.v1' })
export class Withdrawn {
  constructor(readonly amount: number) {}
}

/** State of an account. */
@EventStream({ name: 'bank.account', snapshot: { every: 200, version: 1 } })
export class Account {
  balance = 0;

  @Evolve(Deposited)
  deposited({ amount }: Deposited): void {
    this.balance += amount;
  }

  @Evolve(Withdrawn)
  withdrawn({ amount }: Withdrawn): void {
    this.balance -= amount;
  }
}
