import { CatgaMediator, Command, Message, memory } from '@catga/nestjs';
import type { MessageContext } from '@catga/nestjs';
import { afterEach, describe, expect, it } from '@jest/globals';
import { Deposited, start, stopAll } from './bank.fixture.js';
import {
  CatgaEventStreams,
  DecisionHandler,
  EventStream,
  Evolve,
  Upcast,
  decided,
  memoryEventStore,
} from './index.js';
import type { Decision, EventStorage, EventStore, EventStreamClass, RecordedEvent } from './index.js';

afterEach(stopAll);

@Message({ name: 'bank.deposit.v1' })
class Deposit extends Command<number> {
  constructor(readonly amount: number) {
    super();
  }
}

interface Balance {
  balance: number;
}

/** A handler of deposits on a stream. */
function depositsOn(stream: EventStreamClass<Balance>): new () => object {
  @DecisionHandler(Deposit, { stream, id: () => 'a' })
  class DepositHandler {
    decide({ amount }: Deposit, { balance }: Balance): Decision<number> {
      return decided([new Deposited(amount)], balance + amount);
    }
  }
  return DepositHandler;
}

/** The stream as of a version of its state. */
function accountOf(version: number, factor = 1): EventStreamClass<Balance> {
  @EventStream({ name: 'account', snapshot: { every: 10, version } })
  class Account {
    balance = 0;

    @Evolve(Deposited)
    deposited({ amount }: Deposited): void {
      this.balance += amount * factor;
    }
  }
  return Account;
}

/** A memory store that counts the events it gives. */
function counting(): { readonly storage: EventStorage; read(): number } {
  let read = 0;
  const inner = memoryEventStore();
  const storage: EventStorage = {
    name: 'counting',
    async open(client) {
      const store = await inner.open(client);
      async function* reading(stream: string, from?: number): AsyncIterable<RecordedEvent> {
        for await (const event of store.read(stream, from)) {
          read++;
          yield event;
        }
      }
      return Object.assign(Object.create(store) as EventStore, { read: reading });
    },
  };
  return {
    storage,
    read: () => {
      const count = read;
      read = 0;
      return count;
    },
  };
}

/** The method that `@DecisionHandler` gives its class. */
interface Handling {
  handle(command: object, context: MessageContext): Promise<unknown>;
}

function contextOf(messageId: string): MessageContext {
  const context: Partial<MessageContext> = {
    name: 'bank.deposit.v1',
    messageId,
    correlationId: messageId,
    publish: async () => {},
  };
  return context as MessageContext;
}

describe('A snapshot', () => {
  it('is what a state is made of, with the events after it', async () => {
    const { storage, read } = counting();
    const module = await start([depositsOn(accountOf(1))], { storage });
    const mediator = module.get(CatgaMediator);
    for (let count = 1; count <= 10; count++) await mediator.send(new Deposit(1));
    read();
    await expect(mediator.send(new Deposit(1))).resolves.toBe(11);
    expect(read()).toBe(10); // The ten are read, and the snapshot is taken.
    await expect(mediator.send(new Deposit(1))).resolves.toBe(12);
    expect(read()).toBe(1);
    for (let count = 13; count <= 45; count++)
      await expect(mediator.send(new Deposit(1))).resolves.toBe(count);
    read();
    await mediator.send(new Deposit(1));
    expect(read()).toBeLessThan(11);
  });

  it('of another version of the state is ignored', async () => {
    const { storage, read } = counting();
    const engine = memory(); // Message ids are unique in an engine.
    const old = await start([depositsOn(accountOf(1))], { storage }, { engine });
    for (let count = 0; count < 12; count++) await old.get(CatgaMediator).send(new Deposit(1));
    read();
    const changed = await start([depositsOn(accountOf(2, 100))], { storage }, { engine });
    await expect(changed.get(CatgaMediator).send(new Deposit(1))).resolves.toBe(1201);
    expect(read()).toBe(12);
    // Both go on beside each other.
    await expect(old.get(CatgaMediator).send(new Deposit(1))).resolves.toBe(14);
    await expect(changed.get(CatgaMediator).send(new Deposit(1))).resolves.toBe(1401);
  });

  it('is not used for a state before it', async () => {
    const stream = accountOf(1);
    const module = await start([depositsOn(stream)]);
    for (let count = 0; count < 25; count++) await module.get(CatgaMediator).send(new Deposit(1));
    const streams = module.get(CatgaEventStreams);
    for (const upTo of [3, 10, 15, 25])
      await expect(streams.load(stream, 'a', { upTo })).resolves.toMatchObject({
        state: { balance: upTo },
        version: upTo,
      });
  });

  it('does not hide a command that was decided before it', async () => {
    const provider = depositsOn(accountOf(1));
    const module = await start([provider]);
    const handler = module.get<Handling>(provider);
    await handler.handle(new Deposit(7), contextOf('first'));
    for (let count = 0; count < 15; count++) await module.get(CatgaMediator).send(new Deposit(1));
    await expect(handler.handle(new Deposit(7), contextOf('first'))).resolves.toBe(7);
    await expect(module.get(CatgaMediator).send(new Deposit(0))).resolves.toBe(22);
  });

  it('that cannot be read is ignored', async () => {
    const stream = accountOf(1);
    const module = await start([depositsOn(stream)]);
    for (let count = 0; count < 12; count++) await module.get(CatgaMediator).send(new Deposit(1));
    const { store, nameOf } = { store: module.get(CatgaEventStreams).store, nameOf: 'account/a' };
    await store.snapshots?.save(nameOf, 1, { version: 12, state: Buffer.from('{'), serializer: 'json' });
    await expect(module.get(CatgaMediator).send(new Deposit(1))).resolves.toBe(13);
    await store.snapshots?.save(nameOf, 1, {
      version: 13,
      state: Buffer.from('{"balance":99}'),
      serializer: 'another',
    });
    await expect(module.get(CatgaMediator).send(new Deposit(1))).resolves.toBe(14);
  });

  it('is not taken of a state that the serializer does not keep', async () => {
    @EventStream({ name: 'account', snapshot: { every: 10, version: 1 } })
    class Dated {
      balance = 0;
      last = new Date(0);

      @Evolve(Deposited)
      deposited({ amount }: Deposited): void {
        this.balance += amount;
        this.last = new Date(this.last.getTime() + 1);
      }
    }
    const module = await start([depositsOn(Dated)]);
    for (let count = 0; count < 15; count++) await module.get(CatgaMediator).send(new Deposit(1));
    const streams = module.get(CatgaEventStreams);
    await expect(streams.store.snapshots?.load('account/a', 1)).resolves.toBeUndefined();
    expect((await streams.load(Dated, 'a')).state.last).toEqual(new Date(15));
  });
});

describe('An event of an earlier version', () => {
  @Message({ name: 'bank.deposited.v1' })
  class Deposited3 {
    constructor(readonly cents: number) {}
  }

  @EventStream({ name: 'account' })
  class Account3 {
    balance = 0;

    @Upcast(Deposited3, 1)
    named({ amount }: { readonly amount: number }): object {
      return { euros: amount };
    }

    @Upcast(Deposited3, 2)
    inCents({ euros }: { readonly euros: number }): Deposited3 {
      return new Deposited3(euros * 100);
    }

    @Evolve(Deposited3)
    deposited(event: Deposited3): void {
      if (!(event instanceof Deposited3)) throw new TypeError('It is no instance.');
      this.balance += event.cents;
    }
  }

  @DecisionHandler(Deposit, { stream: Account3, id: () => 'a' })
  class DepositHandler {
    decide({ amount }: Deposit, { balance }: Account3): Decision<number> {
      return decided([new Deposited3(amount)], balance + amount);
    }
  }

  it('is read as one of the latest version, step by step; stored ones are not changed', async () => {
    const storage = memoryEventStore();
    const engine = memory();
    const old = await start([depositsOn(accountOf(1))], { storage }, { engine });
    await old.get(CatgaMediator).send(new Deposit(1));
    const module = await start([DepositHandler], { storage }, { engine });
    const { store } = module.get(CatgaEventStreams);
    const second = { name: 'bank.deposited.v1', body: Buffer.from('{"euros":2}'), serializer: 'json' };
    await store.append('account/a', [{ ...second, headers: { 'catga-version': '2' } }], 1);
    await expect(module.get(CatgaMediator).send(new Deposit(5))).resolves.toBe(305);
    await expect(module.get(CatgaMediator).send(new Deposit(1))).resolves.toBe(306);
    const { events } = await store.readAll(undefined, 10);
    expect(
      events.map(({ body, headers }) => [Buffer.from(body).toString(), headers['catga-version']]),
    ).toEqual([
      ['{"amount":1}', undefined],
      ['{"euros":2}', '2'],
      ['{"cents":5}', '3'],
      ['{"cents":1}', '3'],
    ]);
    // Older code does not misread what newer code has stored.
    await expect(old.get(CatgaMediator).send(new Deposit(1))).rejects.toMatchObject({
      code: 'CATGA_UNSUPPORTED',
      retryable: true,
    });
  });
});
