import { Test } from '@nestjs/testing';
import { CATGA_NODE_SERVICES, CatgaMediator, CatgaModule } from '@catga/nestjs';
import { TestClock } from '@catga/core/engine';
import { describe, expect, it } from '@jest/globals';
import { Deposit, DepositHandler, Deposited, SILENT } from './bank.fixture.js';
import { CatgaEventSourcingModule, On, Projection, memoryEventStore } from './index.js';
import type { EventStorage } from './index.js';

const never = (): Promise<never> => new Promise(() => {});

@Projection({ name: 'stuck' })
class Stuck {
  begin = (): void => {};
  readonly begun = new Promise<void>((resolve) => (this.begin = resolve));
  isShutDown = false;

  @On(Deposited)
  deposited(): Promise<void> {
    this.begin();
    return never();
  }

  onApplicationShutdown(): void {
    this.isShutDown = true;
  }
}

/** A store that cannot be closed. */
function storageClosing(close: () => Promise<never>): EventStorage {
  const storage = memoryEventStore();
  return {
    name: 'memory',
    open: async (client) =>
      Object.create(await storage.open(client), { close: { value: close } }) as Awaited<
        ReturnType<EventStorage['open']>
      >,
  };
}

describe.each([
  ['hangs', never],
  ['rejects', () => Promise.reject(new Error('The store is away.'))],
])('an application with a projection that hangs, whose event store %s when it is closed', (_, close) => {
  it('closes within its limit, and runs the hooks of others', async () => {
    const clock = new TestClock();
    const module = await Test.createTestingModule({
      imports: [
        {
          module: class Services {},
          global: true,
          providers: [{ provide: CATGA_NODE_SERVICES, useValue: { clock } }],
          exports: [CATGA_NODE_SERVICES],
        },
        CatgaModule.forRoot({ shutdown: { drainTimeoutMs: 3000 } }),
        CatgaEventSourcingModule.forRoot({ storage: storageClosing(close) }),
      ],
      providers: [DepositHandler, Stuck],
    })
      .setLogger(SILENT)
      .compile();
    await module.init();
    await module.get(CatgaMediator).send(new Deposit('a', 1));
    const stuck = module.get(Stuck);
    await stuck.begun;
    const closed = module.close();
    await clock.advance(0);
    await clock.advance(3000);
    await clock.advance(1000);
    await expect(closed).resolves.toBeUndefined();
    expect(stuck.isShutDown).toBe(true);
  });
});
