import { AggregateRoot } from '@nestjs/cqrs';
import { CatgaMediator, Command, Message, RequestHandler, memory } from '@catga/nestjs';
import type { MessageContext } from '@catga/nestjs';
import { afterEach, describe, expect, it } from '@jest/globals';
import { Deposited, InsufficientFunds, Journal, Withdrawn, start, stopAll } from './bank.fixture.js';
import { CatgaAggregates, CatgaEventStreams, EventStream, Evolve, memoryEventStore } from './index.js';

afterEach(stopAll);

/** A class that was there: only the decorators are new. */
@EventStream({ name: 'bank.old-account' })
class Account extends AggregateRoot {
  balance = 0;

  deposit(amount: number): void {
    this.apply(new Deposited(amount));
  }

  withdraw(amount: number): void {
    if (this.balance < amount) throw new InsufficientFunds();
    this.apply(new Withdrawn(amount));
  }

  @Evolve(Deposited)
  onDeposited({ amount }: Deposited): void {
    this.balance += amount;
  }

  @Evolve(Withdrawn)
  onWithdrawn({ amount }: Withdrawn): void {
    this.balance -= amount;
  }
}

@Message({ name: 'bank.move.v1' })
class Move extends Command<string> {
  constructor(
    readonly deposit: number,
    readonly withdraw: number,
  ) {
    super();
  }
}

@RequestHandler(Move)
class MoveHandler {
  constructor(private readonly aggregates: CatgaAggregates) {}

  async handle({ deposit, withdraw }: Move, context: MessageContext): Promise<string> {
    const account = await this.aggregates.load(Account, 'a');
    account.deposit(deposit);
    account.withdraw(withdraw);
    return this.aggregates.save(account, context);
  }
}
Reflect.defineMetadata('design:paramtypes', [CatgaAggregates], MoveHandler);

describe('A class with apply and commit', () => {
  it('is stored as its events, which are published, and loaded from them', async () => {
    const module = await start([MoveHandler, Journal]);
    const mediator = module.get(CatgaMediator);
    await expect(mediator.send(new Move(10, 3))).resolves.toBe('bank.old-account/a@2');
    await expect(mediator.send(new Move(1, 9))).rejects.toBeInstanceOf(InsufficientFunds);
    await expect(mediator.send(new Move(1, 8))).resolves.toBe('bank.old-account/a@4');
    const account = await module.get(CatgaAggregates).load(Account, 'a');
    expect([account.balance, account.getUncommittedEvents()]).toEqual([0, []]);
    expect((await module.get(Journal).until(4)).toSorted()).toEqual([
      'Deposited bank.old-account/a@1',
      'Deposited bank.old-account/a@3',
      'Withdrawn bank.old-account/a@2',
      'Withdrawn bank.old-account/a@4',
    ]);
    await expect(module.get(CatgaEventStreams).load(Account, 'a', { upTo: 1 })).resolves.toMatchObject({
      state: { balance: 10 },
    });
  });

  it('is CATGA_CONFLICT if others have saved it meanwhile, and stores nothing by its own commit', async () => {
    const module = await start([]);
    const aggregates = module.get(CatgaAggregates);
    const [one, other] = await Promise.all([1, 2].map(() => aggregates.load(Account, 'a')));
    one?.deposit(1);
    other?.deposit(2);
    expect(() => one?.commit()).toThrow(expect.objectContaining({ code: 'CATGA_CONFIGURATION' }));
    await expect(aggregates.save(one as Account)).resolves.toBe('bank.old-account/a@1');
    await expect(aggregates.save(other as Account)).rejects.toMatchObject({ code: 'CATGA_CONFLICT' });
    one?.deposit(3);
    await expect(aggregates.save(one as Account)).resolves.toBe('bank.old-account/a@2');
    await expect(aggregates.save(one as Account)).resolves.toBe('bank.old-account/a@2');
    await expect(aggregates.save(new Account())).rejects.toMatchObject({ code: 'CATGA_CONFIGURATION' });
  });

  it('appends once for a command that comes again', async () => {
    const parts = [{ storage: memoryEventStore() }, { engine: memory() }] as const;
    const [one, other] = await Promise.all([1, 2].map(() => start([MoveHandler], ...parts)));
    const context = { name: 'bank.move.v1', messageId: 'id1', correlationId: 'id1', publish: async () => {} };
    const send = async (on = one): Promise<unknown> =>
      on?.get(MoveHandler).handle(new Move(10, 3), context as Partial<MessageContext> as MessageContext);
    await expect(send()).resolves.toBe('bank.old-account/a@2');
    await send(other);
    await expect(one?.get(CatgaEventStreams).load(Account, 'a')).resolves.toMatchObject({ version: 2 });
  });
});
