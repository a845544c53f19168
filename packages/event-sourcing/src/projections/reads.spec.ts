import { MemoryNetwork } from '@catga/core';
import { CatgaMediator, Command, Message, Query, RequestHandler } from '@catga/nestjs';
import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { Account, Deposited, start, stopAll } from '../bank.fixture.js';
import {
  CatgaEventStreams,
  CatgaProjections,
  DecisionHandler,
  On,
  Projection,
  Reads,
  decided,
  memoryEventStore,
} from '../index.js';
import type { Decision, ProjectionContext } from '../index.js';
import { ReadBarrier } from './read-barrier.js';

afterEach(stopAll);

@Message({ name: 'bank.pay-in.v1' })
class PayIn extends Command<{ readonly after: string }> {
  constructor(readonly amount: number) {
    super();
  }
}

@DecisionHandler(PayIn, { stream: Account, id: () => 'a' })
class PayInHandler {
  decide({ amount }: PayIn): Decision<{ readonly after: string }> {
    return decided(amount === 0 ? [] : [new Deposited(amount)], (after) => ({ after }));
  }
}

@Projection({ name: 'totals' })
class Totals {
  total = 0;
  gate = Promise.resolve();

  @On(Deposited)
  async deposited({ amount }: Deposited, _: ProjectionContext): Promise<void> {
    await this.gate;
    this.total += amount;
  }
}

@Message({ name: 'bank.total.v1' })
class GetTotal extends Query<number> {}

@Reads(Totals)
@RequestHandler(GetTotal)
class GetTotalHandler {
  constructor(private readonly totals: Totals) {}

  async handle(_: GetTotal): Promise<number> {
    return this.totals.total;
  }
}
Reflect.defineMetadata('design:paramtypes', [Totals], GetTotalHandler);

describe('A query that is sent with what it is to be read after', () => {
  it('waits for the read model, on the node that answers', async () => {
    const [storage, engine] = [memoryEventStore(), new MemoryNetwork()];
    const writer = await start([PayInHandler], { storage }, { engine, nodeId: 'writer' });
    const reader = await start([Totals, GetTotalHandler], { storage }, { engine, nodeId: 'reader' });
    const mediator = writer.get(CatgaMediator);
    while (!mediator.nodes().some(({ handles }) => handles.includes('bank.total.v1')))
      await new Promise((resolve) => setTimeout(resolve, 1));
    let open = (): void => {};
    reader.get(Totals).gate = new Promise((resolve) => {
      open = resolve;
    });
    const { after } = await mediator.send(new PayIn(5));
    expect(after).toBe('bank.account/a@1');
    await expect(mediator.send(new GetTotal())).resolves.toBe(0);
    const waiting = mediator.send(new GetTotal(), { after });
    await expect(mediator.send(new GetTotal())).resolves.toBe(0);
    open();
    await expect(waiting).resolves.toBe(5);
    for (let total = 6; total < 12; total++) {
      const result = await mediator.send(new PayIn(1));
      await expect(mediator.send(new GetTotal(), result)).resolves.toBe(total);
    }
    await expect(mediator.send(new PayIn(0))).resolves.toEqual({ after: 'bank.account/a@7' });
  });

  it('ends with its deadline if the read model does not come so far', async () => {
    const module = await start([PayInHandler, Totals, GetTotalHandler]);
    const [mediator, projections] = [module.get(CatgaMediator), module.get(CatgaProjections)];
    while ((await projections.list())[0]?.role !== 'live')
      await new Promise((resolve) => setTimeout(resolve, 1));
    await projections.pause('totals');
    const { after } = await mediator.send(new PayIn(5));
    // Once nobody waits any more, it is not looked for again.
    const { projections: progress } = module.get(CatgaEventStreams).store;
    if (progress === undefined) throw new TypeError('The store has no projections.');
    const looks = jest.spyOn(progress, 'list');
    const waiting = module.get(ReadBarrier).passed(['totals'], after, AbortSignal.abort());
    await expect(waiting).rejects.toMatchObject({ code: 'CATGA_TIMEOUT' });
    expect(looks).toHaveBeenCalledTimes(1);
    looks.mockRestore();
    await expect(mediator.send(new GetTotal(), { after, timeoutMs: 20 })).rejects.toMatchObject({
      code: 'CATGA_TIMEOUT',
    });
    await projections.resume('totals');
    await expect(mediator.send(new GetTotal(), { after })).resolves.toBe(5);
  });

  it('is refused if that is no event; of a stream without events everything is read', async () => {
    const module = await start([PayInHandler, Totals, GetTotalHandler]);
    const mediator = module.get(CatgaMediator);
    for (const after of ['nonsense', 'bank.account/a@1', 'bank.account/a@-1', '@3'])
      await expect(mediator.send(new GetTotal(), { after })).rejects.toMatchObject({
        code: 'CATGA_VALIDATION_FAILED',
      });
    const { after } = await mediator.send(new PayIn(0));
    await expect(mediator.send(new GetTotal(), { after })).resolves.toBe(0);
  });
});

it('@Reads takes projections', () => {
  expect(() => Reads(Account)).toThrow('takes names or classes of projections');
  expect(() => Reads()).toThrow('at least one');
});
