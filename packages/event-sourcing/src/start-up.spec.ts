import { Test } from '@nestjs/testing';
import { CatgaModule, Command, Message, memory } from '@catga/nestjs';
import type { Engine } from '@catga/nestjs';
import { afterEach, describe, expect, it } from '@jest/globals';
import {
  Account,
  Deposit,
  DepositHandler,
  Deposited,
  Noted,
  SILENT,
  Withdrawn,
  start,
  stopAll,
} from './bank.fixture.js';
import {
  CatgaEventSourcingModule,
  DecisionHandler,
  EventStream,
  Evolve,
  On,
  OnBatch,
  Projection,
  Upcast,
  decided,
  engineEventStore,
  memoryEventStore,
} from './index.js';
import type { Decision, EventStorage, EventStreamClass, ProjectedEvent } from './index.js';

afterEach(stopAll);

class Open extends Command {
  readonly id = 'a';
}

/** A handler on a stream. */
function handlerOn(stream: EventStreamClass, options: object = {}): new () => object {
  @DecisionHandler(Open, { stream, id: ({ id }) => id, ...options })
  class OpenHandler {
    decide(): Decision {
      return decided([]);
    }
  }
  return OpenHandler;
}

async function problemsOf(...providers: (new () => object)[]): Promise<string> {
  const failing = start(providers);
  await expect(failing).rejects.toMatchObject({ code: 'CATGA_CONFIGURATION' });
  return failing.then(
    () => '',
    (thrown: Error) => thrown.message,
  );
}

describe('An application does not start', () => {
  it('with a decision handler and without the module', async () => {
    const module = await Test.createTestingModule({
      imports: [CatgaModule.forRoot()],
      providers: [DepositHandler],
    })
      .setLogger(SILENT)
      .compile();
    await expect(module.init()).rejects.toThrow(
      /DepositHandler .*uses @DecisionHandler, which has no effect without CatgaEventSourcingModule: import it/,
    );
    await module.close();
  });

  it('with two handlers of a command', async () => {
    @DecisionHandler(Deposit, { stream: Account, id: ({ accountId }) => accountId })
    class Another {
      decide(): Decision<{ readonly balance: number }> {
        return decided([], { balance: 0 });
      }
    }
    await expect(problemsOf(DepositHandler, Another)).resolves.toMatch(/bank.deposit.v1 has two handlers/);
  });

  it('with a stream that is none, has no event, no name, or parameters', async () => {
    class None {}
    await expect(problemsOf(handlerOn(None))).resolves.toMatch(
      /None is not a stream: decorate it with @EventStream/,
    );
    @EventStream({ name: 'empty' })
    class Empty {}
    await expect(problemsOf(handlerOn(Empty))).resolves.toMatch(
      /The stream Empty has no method with @Evolve/,
    );
    @EventStream({ name: 'a/b' })
    class Slashed extends Account {}
    await expect(problemsOf(handlerOn(Slashed))).resolves.toMatch(
      /The stream Slashed needs a name of 1 to 100/,
    );
    @EventStream({ name: 'needy', snapshots: true } as { name: string })
    class Needy extends Account {}
    await expect(problemsOf(handlerOn(Needy))).resolves.toMatch(
      /has the unknown option 'snapshots' in @EventStream/,
    );
    class WithFee extends Account {
      constructor(readonly fee: number) {
        super();
      }
    }
    EventStream({ name: 'with-fee' })(WithFee as new () => object);
    await expect(problemsOf(handlerOn(WithFee as new () => object))).resolves.toMatch(
      /a constructor with parameters/,
    );
    await expect(problemsOf(handlerOn(undefined as unknown as EventStreamClass))).resolves.toMatch(
      /OpenHandler .* has no `stream` in @DecisionHandler; is it undefined because of a circular import/,
    );
  });

  it('with events that are none, or share a name', async () => {
    @EventStream({ name: 'wrong' })
    class Wrong {
      @Evolve(undefined as unknown as typeof Deposited)
      nothing(_: Deposited): void {}
      @Evolve(Open)
      command(_: Open): void {}
      @Evolve(Deposited)
      one(_: Deposited): void {}
      @Evolve(Deposited)
      other(_: Deposited): void {}
    }
    const problems = await problemsOf(handlerOn(Wrong));
    expect(problems).toMatch(
      /@Evolve on nothing: its event is not a class; is it undefined because of a circular/,
    );
    expect(problems).toMatch(/@Evolve on command: Open is a command, and streams are made of events/);
    expect(problems).toMatch(/two methods for the event 'bank.deposited.v1': one and other/);
    @Message({ name: 'bank.deposited.v1' })
    class Namesake {}
    @EventStream({ name: 'theirs' })
    class Theirs {
      @Evolve(Namesake)
      on(_: Namesake): void {}
    }
    await expect(problemsOf(DepositHandler, handlerOn(Theirs))).resolves.toMatch(
      /Two events of streams are named 'bank.deposited.v1'/,
    );
  });

  it('with static methods, which no instance has', async () => {
    @EventStream({ name: 'static' })
    class Static extends Account {
      @Evolve(Noted)
      static noted(_: Noted): void {}
      @Upcast(Deposited, 1)
      static upcast(old: object): object {
        return old;
      }
    }
    const problems = await problemsOf(handlerOn(Static));
    expect(problems).toMatch(/Static decorates the static method noted, which has no instance/);
    expect(problems).toMatch(/Static decorates the static method upcast/);
    @Projection({ name: 'static', streams: [undefined as unknown as typeof Account] })
    class StaticProjection {
      @On(Deposited)
      static deposited(_: Deposited): void {}
      @OnBatch(Withdrawn)
      static withdrawn(_: readonly ProjectedEvent[]): void {}
    }
    const ofProjection = await problemsOf(StaticProjection);
    expect(ofProjection).toMatch(/StaticProjection uses @On on the static method deposited/);
    expect(ofProjection).toMatch(/StaticProjection uses @OnBatch on the static method withdrawn/);
    expect(ofProjection).toMatch(
      /StaticProjection has an entry of `streams` that is not a class; is it undefined/,
    );
  });

  it('with methods of a projection without an event', async () => {
    @Projection({ name: 'nothing' })
    class Nothing {
      @On(undefined as unknown as typeof Deposited)
      one(_: Deposited): void {}
      @OnBatch()
      none(): void {}
    }
    const problems = await problemsOf(Nothing);
    expect(problems).toMatch(
      /Nothing uses @On on one, whose event is not a class; is it undefined because of/,
    );
    expect(problems).toMatch(/Nothing uses @OnBatch on none, whose event is not a class; is it undefined/);
  });

  it('with wrong snapshots or upcasters', async () => {
    @EventStream({ name: 'snapped', snapshot: { every: 0, version: 1 } })
    class Snapped extends Account {}
    await expect(problemsOf(handlerOn(Snapped))).resolves.toMatch(/has invalid snapshots in @EventStream/);
    class Other {}
    @EventStream({ name: 'upcast' })
    class Upcasting extends Account {
      @Upcast(Deposited, 0)
      zero(old: object): object {
        return old;
      }
      @Upcast(Deposited, 1)
      one(old: object): object {
        return old;
      }
      @Upcast(Deposited, 1)
      again(old: object): object {
        return old;
      }
      @Upcast(Other, 1)
      other(old: object): object {
        return old;
      }
    }
    const problems = await problemsOf(handlerOn(Upcasting));
    expect(problems).toMatch(/@Upcast on zero from a version that is not a whole number from 1/);
    expect(problems).toMatch(/two upcasters from version 1 of an event: one and again/);
    expect(problems).toMatch(/uses @Upcast for an event without a method with @Evolve/);
  });

  it('with a version of an event that no upcaster takes further', async () => {
    @EventStream({ name: 'gap' })
    class Gap extends Account {
      @Upcast(Deposited, 1)
      one(old: object): object {
        return old;
      }
      @Upcast(Deposited, 3)
      three(old: object): object {
        return old;
      }
      @Upcast(Withdrawn, 1_000_000_000)
      late(old: object): object {
        return old;
      }
    }
    const problems = await problemsOf(handlerOn(Gap));
    expect(problems).toMatch(/no method with @Upcast from version 2 of the event 'bank.deposited.v1'/);
    expect(problems).toMatch(/no method with @Upcast from version 1 of the event 'bank.withdrawn.v1'/);
  });

  it('with methods that nobody waits for', async () => {
    @EventStream({ name: 'deferred' })
    class Deferred {
      @Evolve(Deposited)
      async deposited(_: Deposited): Promise<void> {}
      @Evolve(Withdrawn)
      *withdrawn(_: Withdrawn): Generator<void> {}
      @Upcast(Deposited, 1)
      async upcast(old: object): Promise<object> {
        return old;
      }
    }
    const problems = await problemsOf(handlerOn(Deferred));
    for (const method of ['deposited', 'withdrawn', 'upcast'])
      expect(problems).toContain(
        `The stream Deferred has the method ${method}, which is async or a generator`,
      );
  });

  it('with wrong options of the module', async () => {
    const invalid = { code: 'CATGA_CONFIGURATION' };
    for (const options of [
      { storage: 'sql' },
      { storage: null },
      { store: memoryEventStore() },
    ] as object[]) {
      expect(() => CatgaEventSourcingModule.forRoot(options)).toThrow(expect.objectContaining(invalid));
      const module = await Test.createTestingModule({
        imports: [
          CatgaModule.forRoot(),
          CatgaEventSourcingModule.forRootAsync({ useFactory: () => options }),
        ],
      })
        .setLogger(SILENT)
        .compile()
        .then(
          () => 'compiled',
          (thrown: unknown) => thrown,
        );
      expect(module).toMatchObject(invalid);
    }
  });

  it('with a table of two projections, or one named like the table of a build', async () => {
    class Balances {
      @On(Deposited)
      on(_: Deposited): void {}
    }
    @Projection({ name: 'one', tables: { balance: 'id text', total: 'id text' } })
    class One extends Balances {}
    @Projection({ name: 'other', tables: { total: 'id text' } })
    class Other extends Balances {}
    @Projection({ name: 'built', tables: { balance_build_2: 'id text' } })
    class Built extends Balances {}
    const problems = await problemsOf(One, Other, Built);
    expect(problems).toMatch(/The projections 'one' and 'other' both have the table 'total'/);
    expect(problems).toMatch(/the table 'balance_build_2': .*not ending like the tables of builds/);
  });

  it('with an inline projection on a store of transactions that has none', async () => {
    @Projection({ name: 'inline', mode: 'inline' })
    class Inline {
      @On(Deposited)
      on(_: Deposited): void {}
    }
    const storage: EventStorage = { ...memoryEventStore(), database: {} };
    await expect(start([Inline], { storage })).rejects.toThrow(
      /'inline' is inline, but the event store 'memory' does not support inline projections/,
    );
  });

  it('with two streams of a name, or wrong options', async () => {
    @EventStream({ name: 'bank.account' })
    class Twin extends Account {}
    await expect(problemsOf(DepositHandler, handlerOn(Twin))).resolves.toMatch(
      /Two streams are named 'bank.account', Account and Twin/,
    );
    await expect(problemsOf(handlerOn(Account, { maxDecisions: 0 }))).resolves.toMatch(/has maxDecisions 0/);
    await expect(problemsOf(handlerOn(Account, { id: 'id' }))).resolves.toMatch(/has no function `id`/);
  });

  it('with a store in a database and no outbox in it', async () => {
    const storage: EventStorage = {
      name: 'sql',
      database: {},
      open: () => Promise.reject(new Error('It is not opened.')),
    };
    const failing = start([DepositHandler], { storage });
    await expect(failing).rejects.toThrow(/needs an outbox in the same database/);
  });

  it('with a store in an engine that keeps no streams, or what such a store cannot do', async () => {
    const engine = memory();
    const redis: Engine = {
      name: 'redis',
      capabilities: { ...engine.capabilities, streams: false },
      connect: (client) => engine.connect(client),
    };
    const storage = engineEventStore();
    await expect(start([DepositHandler], { storage }, { engine: redis })).rejects.toThrow(
      /'redis' does not support event streams: use nats\(\)/,
    );
    class Balances {
      @On(Deposited)
      on(_: Deposited): void {}
    }
    @Projection({ name: 'inline', mode: 'inline' })
    class Inline extends Balances {}
    @Projection({ name: 'tables', tables: { balance: 'id text' } })
    class Tables extends Balances {}
    const failing = start([Inline, Tables], { storage });
    await expect(failing).rejects.toMatchObject({ code: 'CATGA_CONFIGURATION' });
    await expect(failing).rejects.toThrow(/Inline is inline, but the event store .* has no transactions/);
    await expect(failing).rejects.toThrow(
      /Tables has tables.*engineEventStore\(\{ readModels: database \}\)/,
    );
    expect(() => engineEventStore({ schema: 'none' as 'off' })).toThrow(/has invalid options: schema/);
  });

  it('with a store that cannot be opened', async () => {
    const storage: EventStorage = { name: 'away', open: () => Promise.reject(new Error('It is away.')) };
    await expect(start([DepositHandler], { storage })).rejects.toThrow('It is away.');
  });
});
