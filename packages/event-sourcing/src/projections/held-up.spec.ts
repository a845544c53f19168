import { Test } from '@nestjs/testing';
import { CATGA_NODE_SERVICES, CatgaModule } from '@catga/nestjs';
import { TestClock } from '@catga/core/engine';
import { expect, it } from '@jest/globals';
import { Deposited, SILENT } from '../bank.fixture.js';
import { CatgaEventSourcingModule, CatgaProjections, On, Projection, memoryEventStore } from '../index.js';
import type { EventStorage, EventStore, HeldUpEvents } from '../index.js';

@Projection({ name: 'held' })
class Held {
  @On(Deposited)
  deposited(): void {}
}

it('read models that an open transaction holds up are behind, and it is told once who holds them up', async () => {
  const clock = new TestClock();
  const warnings: string[] = [];
  let held: HeldUpEvents | undefined;
  const storage: EventStorage = {
    name: 'memory',
    open: async (client) =>
      Object.assign(Object.create(await memoryEventStore().open(client)) as EventStore, {
        heldUp: () => Promise.resolve(held),
      }),
  };
  const module = await Test.createTestingModule({
    imports: [
      {
        module: class Services {},
        global: true,
        providers: [{ provide: CATGA_NODE_SERVICES, useValue: { clock } }],
        exports: [CATGA_NODE_SERVICES],
      },
      CatgaModule.forRoot(),
      CatgaEventSourcingModule.forRoot({ storage }),
    ],
    providers: [Held],
  })
    .setLogger({ ...SILENT, warn: (line: string) => void warnings.push(line) })
    .compile();
  await module.init();
  const projections = module.get(CatgaProjections);
  await expect(projections.list()).resolves.toMatchObject([{ isBehind: false, eventsBehind: 0 }]);
  const oldestAt = new Date(1000);
  held = { oldestAt, waitingMs: 9000, by: () => Promise.resolve('process 1') };
  await expect(projections.list()).resolves.toMatchObject([{ isBehind: true, eventsBehind: 1, oldestAt }]);
  const told = (): string[] => warnings.filter((line) => line.includes('delayed by'));
  await clock.advance(10_000);
  expect(told()).toEqual([]);
  held = { ...held, waitingMs: 19_000 };
  await clock.advance(10_000);
  await clock.advance(10_000);
  expect(told()).toEqual([
    'Projections are delayed by 19 s: process 1 has an open transaction that has written something and may still append events.',
  ]);
  held = undefined;
  await clock.advance(10_000);
  held = { oldestAt, waitingMs: 10_000, by: () => Promise.resolve('process 1') };
  await clock.advance(10_000);
  expect(told()).toHaveLength(2);
  await module.close();
});
