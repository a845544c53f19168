import { CatgaMediator, Command, Message, memory } from '@catga/nestjs';
import type { TracedNode } from '@catga/nestjs';
import type { TestingModule } from '@nestjs/testing';
import { afterEach, describe, expect, it, jest } from '@jest/globals';
import {
  Deposit,
  DepositHandler,
  Deposited,
  Withdraw,
  WithdrawHandler,
  Withdrawn,
  start,
  stopAll,
  until,
} from '../bank.fixture.js';
import {
  CatgaEventStreams,
  CatgaProjections,
  EventStream,
  Evolve,
  On,
  OnBatch,
  Projection,
  Upcast,
  memoryEventStore,
} from '../index.js';
import type { BatchContext, ProjectedEvent, ProjectionContext } from '../index.js';

afterEach(stopAll);

const NOT_FOUND = { code: 'CATGA_PROJECTION_NOT_FOUND' };
const BANK = [DepositHandler, WithdrawHandler];

/** Balances by account, and what is wrong with it. */
@Projection({ name: 'balances', batch: 4 })
class Balances {
  readonly byId = new Map<string, number>();
  readonly seen: string[] = [];
  failing: number | undefined;
  failures = 0;
  failsWith: Error = new Error('no such amount');

  @On(Deposited)
  async deposited({ amount }: Deposited, context: ProjectionContext): Promise<void> {
    if (amount === this.failing) {
      this.failures++;
      throw this.failsWith;
    }
    this.add(amount, context);
  }

  @On(Withdrawn)
  withdrawn({ amount }: Withdrawn, context: ProjectionContext): void {
    this.add(-amount, context);
  }

  private add(amount: number, { id, stream, version }: ProjectionContext): void {
    this.seen.push(`${stream}@${version}`);
    this.byId.set(id, (this.byId.get(id) ?? 0) + amount);
  }
}

@Projection({ name: 'count' })
class Count {
  count = 0;

  @On(Deposited)
  deposited(): void {
    this.count++;
  }
}

describe('A projection', () => {
  it('takes the events of all streams, earlier and later ones, each once and in order', async () => {
    const [storage, engine] = [memoryEventStore(), memory()];
    const writer = await start(BANK, { storage }, { engine });
    for (let amount = 1; amount <= 6; amount++)
      await writer.get(CatgaMediator).send(new Deposit(`a${amount % 2}`, amount, 'note'));
    const module = await start([...BANK, Balances], { storage }, { engine });
    const balances = module.get(Balances);
    await until(() => balances.seen.length === 6);
    await module.get(CatgaMediator).send(new Withdraw('a0', 2));
    await until(() => balances.seen.length === 7);
    expect([...balances.byId]).toEqual([
      ['a1', 9],
      ['a0', 10],
    ]);
    expect(balances.seen).toEqual([...new Set(balances.seen)]);
    await until(async () => !(await module.get(CatgaProjections).list())[0]?.isBehind);
    await expect(module.get(CatgaProjections).list()).resolves.toMatchObject([
      { name: 'balances', version: 1, status: 'running', isRunHere: true },
    ]);
    await expect(writer.get(CatgaProjections).list()).resolves.toMatchObject([{ isRunHere: false }]);
  });

  it('goes on where another node has come to', async () => {
    const [storage, engine] = [memoryEventStore(), memory()];
    const first = await start([...BANK, Balances], { storage }, { engine });
    await first.get(CatgaMediator).send(new Deposit('a', 1));
    await until(() => first.get(Balances).seen.length === 1);
    await until(async () => !(await first.get(CatgaProjections).list())[0]?.isBehind);
    await first.close();
    const second = await start([...BANK, Balances], { storage }, { engine });
    await second.get(CatgaMediator).send(new Deposit('a', 1));
    await until(() => second.get(Balances).seen.length === 1);
    expect(second.get(Balances).seen).toEqual(['bank.account/a@2']);
  });

  it('stops at an event that it cannot take, says so, and takes it once it is resumed; others go on', async () => {
    let traced: TracedNode | undefined;
    const telemetry = [{ attach: (node: TracedNode) => void (traced = node) }];
    const module = await start([...BANK, Balances, Count], {}, { telemetry });
    const [balances, count, projections, mediator] = [
      module.get(Balances),
      module.get(Count),
      module.get(CatgaProjections),
      module.get(CatgaMediator),
    ];
    balances.failing = 3;
    for (const amount of [1, 2, 3, 4, 5]) await mediator.send(new Deposit('a', amount));
    const info = async (name: string) => (await projections.list()).find((one) => one.name === name);
    await until(async () => (await info('balances'))?.status === 'stopped');
    await until(() => count.count === 5);
    expect(await info('balances')).toMatchObject({
      problem: expect.stringMatching(/bank.account\/a@3 bank.deposited.v1: .*no such amount/) as unknown,
      isBehind: true,
    });
    expect(await info('count')).toMatchObject({ status: 'running', problem: undefined });
    expect(balances.seen.at(-1)).toBe('bank.account/a@2');
    const lags = await traced?.projections();
    expect(lags).toEqual([
      { projection: 'balances', behindMs: expect.any(Number) as unknown, isStopped: true },
      { projection: 'count', behindMs: 0, isStopped: false },
    ]);
    expect(lags?.[0]?.behindMs).toBeGreaterThanOrEqual(0);
    balances.failing = undefined;
    await expect(projections.resume('balances')).resolves.toBe(true);
    await until(() => balances.seen.at(-1) === 'bank.account/a@5');
    expect(balances.seen.slice(-3)).toEqual(['bank.account/a@3', 'bank.account/a@4', 'bank.account/a@5']);
    expect(await info('balances')).toMatchObject({ status: 'running', problem: undefined });
    await expect(projections.resume('balances')).resolves.toBe(false);
  });

  it('waits, and does not stop, while a database is away', async () => {
    const module = await start([...BANK, Balances]);
    const balances = module.get(Balances);
    balances.failing = 1;
    balances.failsWith = Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' });
    await module.get(CatgaMediator).send(new Deposit('a', 1));
    await until(() => balances.failures === 5);
    await expect(module.get(CatgaProjections).list()).resolves.toMatchObject([{ status: 'running' }]);
    balances.failing = undefined;
    await until(() => balances.seen.length === 1);
  });

  it('is paused and resumed on all nodes', async () => {
    const [storage, engine] = [memoryEventStore(), memory()];
    const module = await start([...BANK, Balances, Count], { storage }, { engine });
    const other = await start(BANK, { storage }, { engine });
    const projections = other.get(CatgaProjections);
    await until(async () => (await projections.list()).length === 2);
    await expect(projections.pause('balances')).resolves.toBe(true);
    await expect(projections.pause('balances')).resolves.toBe(false);
    await module.get(CatgaMediator).send(new Deposit('a', 1));
    await until(() => module.get(Count).count === 1);
    expect(module.get(Balances).seen).toEqual([]);
    await expect(projections.resume('balances')).resolves.toBe(true);
    await until(() => module.get(Balances).seen.length === 1);
    await expect(module.get(CatgaProjections).rebuild('balances')).rejects.toMatchObject({
      code: 'CATGA_UNSUPPORTED',
    });
    await expect(projections.rebuild('balances')).rejects.toMatchObject(NOT_FOUND);
    await expect(projections.pause('none')).rejects.toMatchObject(NOT_FOUND);
    await expect(projections.pause('balances', 7)).rejects.toMatchObject(NOT_FOUND);
  });

  it('of another version begins anew, beside the old one', async () => {
    const [storage, engine] = [memoryEventStore(), memory()];
    const old = await start([...BANK, Balances], { storage }, { engine });
    for (let amount = 1; amount <= 9; amount++) await old.get(CatgaMediator).send(new Deposit('a', amount));
    await until(() => old.get(Balances).seen.length === 9);
    @Projection({ name: 'balances', version: 2 })
    class Again extends Balances {}
    const module = await start([...BANK, Again], { storage }, { engine });
    await until(() => module.get(Again).seen.length === 9);
    await module.get(CatgaMediator).send(new Deposit('a', 1));
    await until(() => module.get(Again).seen.length === 10 && old.get(Balances).seen.length === 10);
    const versions = async (): Promise<unknown[]> =>
      (await module.get(CatgaProjections).list()).map(({ version, role, isRunHere }) => [
        version,
        role,
        isRunHere,
      ]);
    await until(async () => !(await versions()).join().includes('building'));
    await expect(versions()).resolves.toEqual([
      [1, 'replaced', false],
      [2, 'live', true],
    ]);
  });

  it('has events of their latest version, by the streams that it names', async () => {
    @Message({ name: 'bank.charged.v1' })
    class Charged {
      constructor(readonly cents: number) {}
    }
    @EventStream({ name: 'bank.card' })
    class Card {
      @Upcast(Charged, 1)
      inCents({ euros }: { readonly euros: number }): Charged {
        return new Charged(euros * 100);
      }
      @Evolve(Charged)
      charged(_: Charged): void {}
    }
    class Charges {
      readonly seen: unknown[] = [];
      @On(Charged)
      charged(event: Charged): void {
        this.seen.push(event);
      }
    }
    @Projection({ name: 'charges' })
    class Old extends Charges {}
    @Projection({ name: 'charges', streams: [Card] })
    class New extends Charges {}
    const [storage, engine] = [memoryEventStore(), memory()];
    const old = await start([Old, Count], { storage }, { engine });
    const { store } = old.get(CatgaEventStreams);
    const charged = (fields: object, headers = {}) => ({
      name: 'bank.charged.v1',
      serializer: 'json',
      body: Buffer.from(JSON.stringify(fields)),
      headers,
    });
    // Code that does not know the later version misreads nothing, and leaves it to newer code.
    await store.append('bank.card/a', [charged({ cents: 5 }, { 'catga-version': '2' })], 0);
    const projections = old.get(CatgaProjections);
    await until(async () => (await projections.list({ name: 'count' }))[0]?.isBehind === false);
    await expect(projections.list({ name: 'charges' })).resolves.toMatchObject([
      { status: 'running', isBehind: true },
    ]);
    const { seen } = (await start([New], { storage }, { engine })).get(New);
    await until(() => seen.length === 1);
    await old.close();
    await store.append('bank.card/a', [charged({ euros: 2 })], 1);
    await until(() => seen.length === 2);
    expect(seen).toEqual([new Charged(5), new Charged(200)]);
    expect(seen[1]).toBeInstanceOf(Charged);
    expect(old.get(Old).seen).toEqual([]);
  });

  it('has events of the version of their own stream, where streams share a class of them', async () => {
    @Message({ name: 'bank.charged.v1' })
    class Charged {
      constructor(readonly cents: number) {}
    }
    class Charging {
      @Evolve(Charged)
      charged(_: Charged): void {}
    }
    @EventStream({ name: 'bank.card' })
    class Card extends Charging {
      @Upcast(Charged, 1)
      inCents({ euros }: { readonly euros: number }): Charged {
        return new Charged(euros * 100);
      }
    }
    @EventStream({ name: 'bank.fee' })
    class Fee extends Charging {}
    const seen: string[] = [];
    class Charges {
      @On(Charged)
      charged({ cents }: Charged, { stream }: ProjectionContext): void {
        seen.push(`${stream} ${cents}`);
      }
    }
    @Projection({ name: 'one', streams: [Card, Fee] })
    class One extends Charges {}
    @Projection({ name: 'other', streams: [Fee, Card] })
    class Other extends Charges {}
    const { store } = (await start([One, Other])).get(CatgaEventStreams);
    const charged = (fields: object) => ({
      name: 'bank.charged.v1',
      serializer: 'json',
      body: Buffer.from(JSON.stringify(fields)),
      headers: {},
    });
    await store.append('bank.card/a', [charged({ euros: 2 })], 0);
    await store.append('bank.fee/a', [charged({ cents: 3 })], 0);
    await until(() => seen.length === 4);
    expect(seen.toSorted()).toEqual(['bank.card/a 200', 'bank.card/a 200', 'bank.fee/a 3', 'bank.fee/a 3']);
  });

  it('takes each event once on nodes that run it at once, join and leave while events come', async () => {
    const [storage, engine] = [memoryEventStore(), memory()];
    const writer = await start(BANK, { storage }, { engine });
    const seen: string[] = [];
    @Projection({ name: 'shared', batch: 2 })
    class Shared {
      @On(Deposited)
      async deposited(_: Deposited, { stream, version }: ProjectionContext): Promise<void> {
        // The others have time to take it, too.
        await new Promise((resolve) => setImmediate(resolve));
        seen.push(`${stream}@${version}`);
      }
    }
    const join = (): Promise<TestingModule> => start([Shared], { storage }, { engine });
    const nodes = [await join(), await join()];
    for (let at = 0; at < 40; at++) {
      await writer.get(CatgaMediator).send(new Deposit(`a${at % 3}`, 1));
      if (at % 8 === 3) nodes.push(await join());
      if (at % 8 === 7) await nodes.shift()?.close();
    }
    await until(() => seen.length >= 40);
    const [last] = nodes;
    await until(async () => (await last?.get(CatgaProjections).list())?.[0]?.isBehind === false);
    expect(seen).toHaveLength(40);
    expect(new Set(seen).size).toBe(40);
  });

  it('has taken what came since its last batch when it goes live', async () => {
    const [storage, engine] = [memoryEventStore(), memory()];
    const writer = await start(BANK, { storage }, { engine });
    const { projections: progress } = writer.get(CatgaEventStreams).store;
    if (progress === undefined) throw new TypeError('The store has no projections.');
    let count = 0;
    @Projection({ name: 'counted' })
    class Counted {
      @On(Deposited)
      deposited(): void {
        count++;
      }
    }
    const goLive = progress.goLive.bind(progress);
    const counts: unknown[] = [];
    jest.spyOn(progress, 'goLive').mockImplementationOnce(async (...given) => {
      await writer.get(CatgaMediator).send(new Deposit('a', 2));
      counts.push(count, await goLive(...given), count);
      return true;
    });
    await writer.get(CatgaMediator).send(new Deposit('a', 1));
    await start([Counted], { storage }, { engine });
    await until(() => counts.length === 3);
    expect(counts).toEqual([1, true, 2]);
  });

  it('has no transaction in a store without them', async () => {
    const seen: unknown[] = [];
    @Projection({ name: 'looking' })
    class Looking {
      @On(Deposited)
      deposited(event: Deposited, context: ProjectionContext): void {
        let code: unknown;
        try {
          void context.tx;
        } catch (thrown) {
          ({ code } = thrown as { readonly code: unknown });
        }
        seen.push([event instanceof Deposited, context.id, context.version, code]);
      }
    }
    const module = await start([...BANK, Looking]);
    await module.get(CatgaMediator).send(new Deposit('a/b', 1));
    await until(() => seen.length === 1);
    expect(seen).toEqual([[true, 'a/b', 1, 'CATGA_UNSUPPORTED']]);
  });
});

describe('A projection of batches', () => {
  it('gets all events of a batch at a time, and one at a time around one that it cannot take', async () => {
    const sizes: number[] = [];
    const seen: string[] = [];
    let failing = 5;
    @Projection({ name: 'batches', batch: 4 })
    class Batches {
      @OnBatch(Deposited, Withdrawn)
      taken(events: readonly ProjectedEvent<Deposited | Withdrawn>[], { build }: BatchContext): void {
        if (events.some(({ event }) => event.amount === failing)) throw new RangeError('no such amount');
        sizes.push(events.length);
        seen.push(...events.map(({ id, version, event }) => `${id}@${version} ${event.amount} ${build}`));
      }
    }
    const [storage, engine] = [memoryEventStore(), memory()];
    const writer = await start(BANK, { storage }, { engine });
    for (let amount = 1; amount <= 6; amount++)
      await writer.get(CatgaMediator).send(new Deposit('a', amount));
    const module = await start([...BANK, Batches], { storage }, { engine });
    const projections = module.get(CatgaProjections);
    await until(async () => (await projections.list())[0]?.status === 'stopped');
    expect((await projections.list())[0]?.problem).toMatch(/^bank.account\/a@5 .*no such amount/);
    failing = 0;
    await projections.resume('batches');
    await until(() => seen.length === 6);
    expect(seen).toEqual([1, 2, 3, 4, 5, 6].map((amount) => `a@${amount} ${amount} 1`));
    expect(sizes[0]).toBe(4);
  });
});

describe('An application with a projection does not start', () => {
  const problemsOf = async (provider: new () => object): Promise<string> =>
    start([provider]).then(
      () => '',
      (thrown: Error) => thrown.message,
    );

  it('without a name, an event, or with wrong options', async () => {
    @Projection({
      name: '',
      version: 0,
      batch: 0,
      mode: 'later',
      tables: { Wrong: 'id text', empty: ' ' },
      modes: 'inline',
    } as { name: string })
    class Wrong {}
    const problems = await problemsOf(Wrong);
    for (const problem of [
      'needs a name',
      'has a version',
      'has a batch',
      'has a mode',
      "the table 'Wrong'",
      "the table 'empty' without columns",
      "the unknown option 'modes'",
    ])
      expect(problems).toContain(problem);
    for (const options of [{ mode: 'inline' }, { tables: { balance: 'id text' } }] as const) {
      @Projection({ name: 'stored', ...options })
      class Stored extends Balances {}
      await expect(problemsOf(Stored)).resolves.toMatch(
        /event store 'memory' has no (database|transactions)/,
      );
    }
    @Projection({ name: 'empty' })
    class Empty {}
    await expect(problemsOf(Empty)).resolves.toContain('The projection Empty has no method with @On');
    @Message({ name: 'bank.look.v1' })
    class Look extends Command {}
    @Projection({ name: 'odd' })
    class Odd {
      @On(Look)
      look(_: Look): void {}
      @On(Deposited)
      one(_: Deposited): void {}
      @On(Deposited)
      other(_: Deposited): void {}
      @On(undefined as unknown as typeof Deposited)
      nothing(_: Deposited): void {}
    }
    const odd = await problemsOf(Odd);
    for (const problem of [
      'bank.look.v1 is a command',
      'two methods for the event',
      'whose event is not a class',
    ])
      expect(odd).toContain(problem);
    @Projection({ name: 'mixed' })
    class Mixed {
      @On(Deposited)
      one(_: Deposited): void {}
      @OnBatch(Withdrawn)
      all(_: readonly ProjectedEvent<Withdrawn>[]): void {}
    }
    await expect(problemsOf(Mixed)).resolves.toContain('other methods beside one with @OnBatch');
    @Projection({ name: 'balances' })
    class Twin extends Balances {}
    const twins = start([Balances, Twin]);
    await expect(twins).rejects.toThrow(/Two projections are named 'balances'/);
    @Projection({ name: 'streams', streams: [Look] })
    class Streams extends Balances {}
    await expect(problemsOf(Streams)).resolves.toContain('Look is not a stream');
  });
});
