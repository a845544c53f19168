import 'reflect-metadata';
import { NestFactory } from '@nestjs/core';
import type { INestApplicationContext } from '@nestjs/common';
import { CatgaEventSourcingModule, CatgaEventStreams, On, Projection } from '@catga/event-sourcing';
import { CatgaModule, Message } from '@catga/nestjs';
import { engineOf } from '../connection/engine-of.js';

@Message({ name: 'accounts.deposited.v1' })
class Deposited {
  constructor(readonly amount: number) {}
}

/** A read model that takes no negative amounts. */
@Projection({ name: 'accounts.balances' })
class Balances {
  @On(Deposited)
  deposited({ amount }: Deposited): void {
    if (amount < 0) throw new RangeError(`the amount ${amount} is below 0`);
  }
}

/** A read model of a later version. */
@Projection({ name: 'accounts.count', version: 3 })
class Count {
  @On(Deposited)
  deposited(): void {}
}

class AccountsModule {}

/** An application with two read models of a store in memory. */
export async function startAccounts(url: string): Promise<INestApplicationContext> {
  return NestFactory.createApplicationContext(
    {
      module: AccountsModule,
      imports: [
        CatgaModule.forRoot({ engine: await engineOf({ url }), service: 'accounts', nodeId: 'accounts-1' }),
        CatgaEventSourcingModule.forRoot(),
      ],
      providers: [Balances, Count],
    },
    { logger: false },
  );
}

/** Appends a deposit for each amount. */
export async function deposit(app: INestApplicationContext, ...amounts: readonly number[]): Promise<void> {
  const { store } = app.get(CatgaEventStreams);
  const events = amounts.map((amount) => ({
    name: 'accounts.deposited.v1',
    body: Buffer.from(JSON.stringify({ amount })),
    serializer: 'json',
    headers: {},
  }));
  await store.append('accounts/a', events, 'any');
}
