import { CatgaMediator, Query, RequestHandler } from '@catga/nestjs';
import { nats } from '@catga/nats';
import { NatsServer } from '@catga/servers';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { TestingModule } from '@nestjs/testing';
import type { Provider } from '@nestjs/common';
import {
  Account,
  Deposit,
  DepositHandler,
  Deposited,
  Journal,
  Withdraw,
  WithdrawHandler,
  start,
  stopAll,
} from '../../bank.fixture.js';
import {
  CatgaEventStreams,
  CatgaProjections,
  DecisionHandler,
  EventStream,
  On,
  Projection,
  Reads,
  decided,
  engineEventStore,
} from '../../index.js';
import type { Decision, ProjectionContext } from '../../index.js';

let server: NatsServer;

beforeAll(async () => {
  server = await NatsServer.spawn();
});

afterEach(stopAll);

afterAll(() => server?.stop());

const BANK = [DepositHandler, WithdrawHandler];

/** Two nodes of an application. */
async function startTwo(namespace: string, ...each: readonly Provider[][]): Promise<TestingModule[]> {
  const nodes: TestingModule[] = [];
  for (const [at, providers] of each.entries())
    nodes.push(
      await start(
        providers,
        { storage: engineEventStore() },
        { namespace, nodeId: `n${at}`, engine: nats({ servers: server.url, durable: { lanes: 1 } }) },
      ),
    );
  return nodes;
}

describe('decisions on NATS', () => {
  it('are made one after the other on two nodes, append once, and are published once', async () => {
    const nodes = await startTwo('once', [...BANK, Journal], BANK);
    const mediators = nodes.map((node) => node.get(CatgaMediator));
    await mediators[0]?.send(new Deposit('a', 100));
    const rounds = Array.from({ length: 10 }, (_, at) => at);
    await Promise.all(
      rounds.flatMap((at) =>
        mediators.map((mediator) => mediator.send(new Withdraw('a', 1), { messageId: `w${at}` })),
      ),
    );
    for (const node of nodes)
      await expect(node.get(CatgaEventStreams).load(Account, 'a')).resolves.toMatchObject({
        state: { balance: 90 },
        version: 11,
      });
    const lines = await nodes[0]?.get(Journal).until(11);
    expect(lines?.toSorted()).toEqual(
      ['Deposited bank.account/a@1', ...rounds.map((at) => `Withdrawn bank.account/a@${at + 2}`)].toSorted(),
    );
  });

  it('have their effect on a read model, which others wait for, on whichever node', async () => {
    class CountOf extends Query<number> {
      constructor(readonly id: string) {
        super();
      }
    }
    @Projection({ name: 'counts', batch: 3 })
    class Counts {
      readonly taken: string[] = [];

      @On(Deposited)
      on(_: Deposited, { stream, version }: ProjectionContext): void {
        this.taken.push(`${stream}@${version}`);
      }
    }
    @Reads('counts')
    @RequestHandler(CountOf)
    class CountOfHandler {
      handle(): number {
        return 1;
      }
    }
    const nodes = await startTwo('reads', [DepositHandler, Counts], [DepositHandler, Counts, CountOfHandler]);
    const [one, other] = nodes.map((node) => node.get(CatgaMediator));
    for (let at = 1; at <= 10; at++) await (at % 2 ? one : other)?.send(new Deposit('a', 1));
    await expect(one?.send(new CountOf('a'), { after: 'bank.account/a@10' })).resolves.toBe(1);
    const taken = nodes.flatMap((node) => node.get(Counts).taken);
    expect(taken.toSorted()).toEqual(
      Array.from({ length: 10 }, (_, at) => `bank.account/a@${at + 1}`).toSorted(),
    );
    await expect(nodes[0]?.get(CatgaProjections).list()).resolves.toMatchObject([
      { name: 'counts', role: 'live', status: 'running', isBehind: false },
    ]);
  });

  it('are made on snapshots, and known again behind them, on a node that has seen nothing', async () => {
    @EventStream({ name: 'bank.account', snapshot: { every: 5, version: 1 } })
    class Snapped extends Account {}
    @DecisionHandler(Deposit, { stream: Snapped, id: ({ accountId }) => accountId })
    class SnappedHandler {
      decide({ amount }: Deposit, { balance }: Snapped): Decision<{ readonly balance: number }> {
        return decided([new Deposited(amount)], { balance: balance + amount });
      }
    }
    const [first] = await startTwo('snaps', [SnappedHandler]);
    for (let at = 1; at <= 12; at++)
      await first?.get(CatgaMediator).send(new Deposit('a', at), { messageId: `d${at}` });
    await stopAll();
    const [second] = await startTwo('snaps', [SnappedHandler]);
    const { store } = second?.get(CatgaEventStreams) ?? {};
    await expect(store?.snapshots?.load('bank.account/a', 1)).resolves.toMatchObject({ version: 10 });
    const found = await store?.findDecision('bank.account/a', 'bank.deposit.v1~d3');
    expect(found?.version).toBe(3);
    await expect(second?.get(CatgaEventStreams).load(Snapped, 'a')).resolves.toMatchObject({
      state: { balance: 78 },
      version: 12,
    });
  });
});
