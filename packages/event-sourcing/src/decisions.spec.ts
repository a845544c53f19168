import { ForbiddenException, Injectable, Scope, UseGuards } from '@nestjs/common';
import { CatgaMediator, Command, Message, memory } from '@catga/nestjs';
import type { MessageContext } from '@catga/nestjs';
import { afterEach, describe, expect, it } from '@jest/globals';
import {
  Account,
  Deposit,
  DepositHandler,
  Deposited,
  InsufficientFunds,
  Journal,
  Withdraw,
  WithdrawHandler,
  start,
  stopAll,
} from './bank.fixture.js';
import { CatgaEventStreams, DecisionHandler, decided, memoryEventStore } from './index.js';
import type { Decision, EventStorage, EventStore } from './index.js';

afterEach(stopAll);

const BANK = [DepositHandler, WithdrawHandler];

/** A memory store in which somebody else appends before each append. */
function contended(times: number): EventStorage {
  const inner = memoryEventStore();
  return {
    name: 'contended',
    async open(client) {
      const store = await inner.open(client);
      let left = times;
      const append: EventStore['append'] = async (stream, events, expected) => {
        if (left-- > 0) {
          const body = Buffer.from('{"amount":1}');
          await store.append(
            stream,
            [{ name: 'bank.deposited.v1', body, serializer: 'json', headers: {} }],
            'any',
          );
        }
        return store.append(stream, events, expected);
      };
      return Object.assign(Object.create(store) as EventStore, { append });
    },
  };
}

/** Context of a command that comes again, which the records of a node do not know. */
function contextOf(messageId: string, published: object[] = []): MessageContext {
  const context: Partial<MessageContext> = {
    name: 'bank.deposit.v1',
    messageId,
    correlationId: messageId,
    signal: new AbortController().signal,
    publish: async (event, options) => void published.push({ ...event, ...options }),
  };
  return context as MessageContext;
}

/** The method that `@DecisionHandler` gives its class. */
interface Handling {
  handle(command: object, context: MessageContext): Promise<unknown>;
}

describe('A decision', () => {
  it('is made on the state of the stream, and answered with its result', async () => {
    const module = await start(BANK);
    const mediator = module.get(CatgaMediator);
    await expect(mediator.send(new Deposit('a', 10, 'first'))).resolves.toEqual({ balance: 10 });
    await expect(mediator.send(new Withdraw('a', 3))).resolves.toEqual({ left: 7 });
    await expect(mediator.send(new Deposit('b', 1))).resolves.toEqual({ balance: 1 });
    const streams = module.get(CatgaEventStreams);
    const { state, version } = await streams.load(Account, 'a');
    expect(state).toBeInstanceOf(Account);
    expect([state, version]).toEqual([{ balance: 7, notes: ['first'] }, 3]);
  });

  it('can be looked at as it was', async () => {
    const module = await start(BANK);
    for (const amount of [1, 2, 3]) await module.get(CatgaMediator).send(new Deposit('a', amount));
    const streams = module.get(CatgaEventStreams);
    await expect(streams.load(Account, 'a', { upTo: 2 })).resolves.toMatchObject({
      state: { balance: 3 },
      version: 2,
    });
    await expect(streams.load(Account, 'a', { upTo: 0 })).resolves.toMatchObject({ version: 0 });
    for (const upTo of [-1, 0.5, Number.NaN, '2' as unknown as number])
      await expect(streams.load(Account, 'a', { upTo })).rejects.toMatchObject({
        code: 'CATGA_VALIDATION_FAILED',
      });
    await expect(streams.load(Account, 'none')).resolves.toMatchObject({ state: { balance: 0 }, version: 0 });
    expect(
      (await streams.store.readAll(undefined, 10)).events.map(({ headers }) => Object.keys(headers)),
    ).toEqual(Array.from({ length: 3 }, () => ['correlationId', 'causationId']));
  });

  it('that throws rejects with the error, and appends nothing', async () => {
    const module = await start(BANK);
    await expect(module.get(CatgaMediator).send(new Withdraw('a', 3))).rejects.toBeInstanceOf(
      InsufficientFunds,
    );
    await expect(module.get(CatgaEventStreams).load(Account, 'a')).resolves.toMatchObject({ version: 0 });
  });

  it('is made again on what others have appended meanwhile', async () => {
    const module = await start(BANK, { storage: contended(3) });
    await expect(module.get(CatgaMediator).send(new Withdraw('a', 3))).rejects.toBeInstanceOf(
      InsufficientFunds,
    );
    await expect(module.get(CatgaMediator).send(new Deposit('a', 1))).resolves.toEqual({ balance: 4 });
  });

  it('is made once for each of many commands side by side', async () => {
    const module = await start(BANK);
    const mediator = module.get(CatgaMediator);
    await mediator.send(new Deposit('a', 5));
    const results = await Promise.allSettled(
      Array.from({ length: 12 }, () => mediator.send(new Withdraw('a', 1))),
    );
    const left = results.flatMap((one) => (one.status === 'fulfilled' ? [one.value.left] : []));
    expect(left.toSorted((a, b) => a - b)).toEqual([0, 1, 2, 3, 4]);
    await expect(module.get(CatgaEventStreams).load(Account, 'a')).resolves.toMatchObject({
      state: { balance: 0 },
    });
  });

  it('ends with CATGA_CONFLICT when others append every time', async () => {
    class Patient extends Command {
      readonly accountId = 'a';
    }
    @DecisionHandler(Patient, { stream: Account, id: ({ accountId }) => accountId, maxDecisions: 3 })
    class PatientHandler {
      decisions = 0;
      decide(): Decision {
        this.decisions++;
        return decided([new Deposited(1)]);
      }
    }
    const module = await start([PatientHandler], { storage: contended(100) });
    await expect(module.get(CatgaMediator).send(new Patient())).rejects.toMatchObject({
      code: 'CATGA_CONFLICT',
      retryable: true,
    });
    expect(module.get(PatientHandler).decisions).toBe(3);
  });

  it('without events appends nothing', async () => {
    class Look extends Command<number> {}
    @DecisionHandler(Look, { stream: Account, id: () => 'a' })
    class LookHandler {
      decide(_: Look, { balance }: Account): Decision<number> {
        return decided([], balance);
      }
    }
    const module = await start([LookHandler]);
    await expect(module.get(CatgaMediator).send(new Look())).resolves.toBe(0);
    expect((await module.get(CatgaEventStreams).store.readAll(undefined, 1)).events).toEqual([]);
  });

  it('that is none, or has an event that its stream does not handle, is CATGA_CONFIGURATION', async () => {
    class Wrong extends Command {
      constructor(readonly how: 'none' | 'unknown' | 'null') {
        super();
      }
    }
    @DecisionHandler(Wrong, { stream: Account, id: () => 'a' })
    class WrongHandler {
      decide({ how }: Wrong): Decision {
        if (how === 'none') return { events: [], result: undefined };
        return decided([how === 'null' ? (null as unknown as object) : new Wrong('none')]);
      }
    }
    const mediator = (await start([WrongHandler])).get(CatgaMediator);
    for (const how of ['none', 'unknown', 'null'] as const)
      await expect(mediator.send(new Wrong(how))).rejects.toMatchObject({ code: 'CATGA_CONFIGURATION' });
  });

  it('for an id that no stream can have is CATGA_VALIDATION_FAILED', async () => {
    const mediator = (await start(BANK)).get(CatgaMediator);
    for (const id of ['', 'x'.repeat(400), 'a\0', undefined as unknown as string])
      await expect(mediator.send(new Deposit(id, 1))).rejects.toMatchObject({
        code: 'CATGA_VALIDATION_FAILED',
      });
  });

  it('on an event that the class does not know is CATGA_UNSUPPORTED, to be repeated on newer code', async () => {
    const module = await start(BANK);
    const { store } = module.get(CatgaEventStreams);
    const newer = { name: 'bank.closed.v9', body: Buffer.from('{}'), serializer: 'json', headers: {} };
    await store.append('bank.account/a', [newer], 0);
    await expect(module.get(CatgaMediator).send(new Deposit('a', 1))).rejects.toMatchObject({
      code: 'CATGA_UNSUPPORTED',
      retryable: true,
    });
  });
});

describe('A command that comes again', () => {
  it('appends once, and has its result again', async () => {
    const module = await start(BANK);
    const handler = module.get<DepositHandler & Handling>(DepositHandler);
    const published: object[] = [];
    const first = handler.handle(new Deposit('a', 10, 'note'), contextOf('id1', published));
    await expect(first).resolves.toEqual({ balance: 10 });
    await module.get(CatgaMediator).send(new Deposit('a', 5));
    const again = handler.handle(new Deposit('a', 10, 'note'), contextOf('id1', published));
    await expect(again).resolves.toEqual({ balance: 10 });
    await handler.handle(new Deposit('a', 1), contextOf('id2'));
    await expect(module.get(CatgaEventStreams).load(Account, 'a')).resolves.toMatchObject({
      state: { balance: 16 },
    });
    // It may have ended before its events were published; a plain event is published at most once.
    const deposited = { amount: 10, messageId: 'bank.account/a@1', key: 'bank.account/a' };
    expect(published).toEqual([
      deposited,
      { text: 'note', messageId: 'bank.account/a@2', key: 'bank.account/a' },
      deposited,
    ]);
  });

  it('side by side with itself appends once', async () => {
    const module = await start(BANK);
    const handler = module.get<DepositHandler & Handling>(DepositHandler);
    const both = [1, 2, 3].map(() => handler.handle(new Deposit('a', 10), contextOf('id1')));
    await expect(Promise.all(both)).resolves.toEqual(both.map(() => ({ balance: 10 })));
    await expect(module.get(CatgaEventStreams).load(Account, 'a')).resolves.toMatchObject({ version: 1 });
  });
});

describe('What was decided', () => {
  it('is published, once appended, under an id made of the stream and the version', async () => {
    const module = await start([...BANK, Journal]);
    await module.get(CatgaMediator).send(new Deposit('a', 10, 'note'));
    await module.get(CatgaMediator).send(new Withdraw('a', 1));
    const lines = await module.get(Journal).until(3);
    expect(lines.toSorted()).toEqual([
      'Deposited bank.account/a@1',
      'Noted bank.account/a@2',
      'Withdrawn bank.account/a@3',
    ]);
  });

  it('is shared by the nodes of one storage', async () => {
    const storage = memoryEventStore();
    const engine = memory(); // Message ids are unique in an engine.
    const one = await start(BANK, { storage }, { engine });
    const other = await start(BANK, { storage }, { engine });
    await one.get(CatgaMediator).send(new Deposit('a', 10));
    await expect(other.get(CatgaMediator).send(new Withdraw('a', 4))).resolves.toEqual({ left: 6 });
  });
});

describe('A class with @DecisionHandler', () => {
  it('has the guards that it says, and injects what it needs, for each command if it is request-scoped', async () => {
    @Injectable()
    class Fees {
      readonly fee = 2;
    }
    @Message({ name: 'bank.close.v1' })
    class Close extends Command<number> {
      constructor(readonly by: string) {
        super();
      }
    }
    class OwnersOnly {
      canActivate(context: { getArgByIndex(at: number): Close }): boolean {
        if (context.getArgByIndex(0).by === 'owner') return true;
        throw new ForbiddenException();
      }
    }
    @Injectable({ scope: Scope.REQUEST })
    @UseGuards(OwnersOnly)
    @DecisionHandler(Close, { stream: Account, id: () => 'a' })
    class CloseHandler {
      private decisions = 0;
      constructor(private readonly fees: Fees) {}
      decide(): Decision<number> {
        return decided([new Deposited(this.fees.fee)], ++this.decisions);
      }
    }
    const mediator = (await start([Fees, CloseHandler])).get(CatgaMediator);
    await expect(mediator.send(new Close('owner'))).resolves.toBe(1);
    await expect(mediator.send(new Close('owner'))).resolves.toBe(1);
    await expect(mediator.send(new Close('thief'))).rejects.toBeInstanceOf(ForbiddenException);
  });
});
