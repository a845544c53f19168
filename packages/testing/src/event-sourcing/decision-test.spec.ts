import 'reflect-metadata';
import { AssertionError } from 'node:assert';
import { Command } from '@catga/nestjs';
import { DecisionHandler, EventStream, Evolve, decided } from '@catga/event-sourcing';
import type { Decision } from '@catga/event-sourcing';
import { describe, expect, it } from '@jest/globals';
import { decisionTest } from '../event-sourcing.js';

class Deposited {
  constructor(readonly amount: number) {}
}

class Withdrawn {
  constructor(readonly amount: number) {}
}

class Unknown {}

class InsufficientFunds extends Error {}

@EventStream({ name: 'account' })
class Account {
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

class Withdraw extends Command<{ readonly left: number }> {
  constructor(readonly amount: number) {
    super();
  }
}

@DecisionHandler(Withdraw, { stream: Account, id: () => 'a' })
class WithdrawHandler {
  constructor(private readonly event: new (amount: number) => object = Withdrawn) {}

  decide({ amount }: Withdraw, { balance }: Account): Decision<{ readonly left: number }> {
    if (balance < amount) throw new InsufficientFunds(`There is ${balance}.`);
    return decided([new this.event(amount)], { left: balance - amount });
  }
}

const account = decisionTest(new WithdrawHandler()).given(new Deposited(10));

describe('decisionTest', () => {
  it('compares the events, the result and the error of a decision', async () => {
    const taken = account.when(new Withdraw(3));
    await taken.thenEvents(new Withdrawn(3));
    await taken.thenResult({ left: 7 });
    const refused = account.given(new Withdrawn(9)).when(new Withdraw(3));
    await refused.thenError(InsufficientFunds);
    await refused.thenError('There is 1.');
  });

  it('knows where the events of a result would be', async () => {
    class Open extends Command<{ readonly after: string }> {
      constructor(readonly events: number) {
        super();
      }
    }
    @DecisionHandler(Open, { stream: Account, id: ({ events }) => events })
    class OpenHandler {
      decide({ events }: Open): Decision<{ readonly after: string }> {
        return decided(
          Array.from({ length: events }, () => new Deposited(1)),
          (after) => ({ after }),
        );
      }
    }
    const opening = decisionTest(new OpenHandler());
    await opening.when(new Open(2)).thenResult({ after: 'account/2@2' });
    await opening.given(new Deposited(1)).when(new Open(0)).thenResult({ after: 'account/0@1' });
    const wrong = opening.when(new Open(1)).thenResult({ after: 'account/1@2' });
    await expect(wrong).rejects.toBeInstanceOf(AssertionError);
  });

  it('rejects where anything else is decided', async () => {
    const taken = account.when(new Withdraw(3));
    const wrong = [
      taken.thenEvents(),
      taken.thenEvents(new Withdrawn(4)),
      taken.thenEvents(new Withdrawn('3' as unknown as number)),
      taken.thenResult({ left: '7' as unknown as number }),
      taken.thenEvents(new Deposited(3)),
      taken.thenEvents(new Withdrawn(3), new Withdrawn(3)),
      taken.thenResult({ left: 8 }),
      taken.thenError(InsufficientFunds),
    ];
    for (const one of wrong) await expect(one).rejects.toBeInstanceOf(AssertionError);
  });

  it('rejects with the error of the decision where another one, or none, is expected', async () => {
    const refused = account.when(new Withdraw(11));
    for (const one of [refused.thenEvents(), refused.thenResult({ left: 0 }), refused.thenError(TypeError)])
      await expect(one).rejects.toBeInstanceOf(InsufficientFunds);
  });

  it('rejects for an event that the stream does not handle: nobody could read it', async () => {
    const taken = decisionTest(new WithdrawHandler(Unknown)).given(new Deposited(1)).when(new Withdraw(1));
    await expect(taken.thenEvents(new Unknown())).rejects.toThrow(/does not handle the event Unknown/);
    expect(() => decisionTest(new Account() as unknown as WithdrawHandler)).toThrow(/not a decision handler/);
  });
});
