import 'reflect-metadata';
import { describe, expect, it } from '@jest/globals';
import { CatgaMediator, Command, EventHandler, ReliableEvent, RequestHandler } from '@catga/nestjs';
import { CatgaSagas, CatgaSagasModule, OnTimeout, Saga, StartedBy, minutes } from '@catga/sagas';
import type { SagaContext } from '@catga/sagas';
import { Injectable } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { CatgaTesting, CatgaTestingModule } from '../index.js';
import { SILENT } from '../shop.fixture.js';

@ReliableEvent()
class Placed {
  constructor(readonly id: string) {}
}

@ReliableEvent()
class GivenUp {
  constructor(readonly id: string) {}
}

class Reserve extends Command {
  constructor(readonly id: string) {
    super();
  }
}

class Release extends Command {
  constructor(readonly id: string) {
    super();
  }
}

@Saga({ name: 'orders' })
class Orders {
  @StartedBy(Placed, ({ id }) => id)
  start({ id }: Placed, saga: SagaContext<{ id: string }>): void {
    saga.state = { id };
    saga.send(new Reserve(id), { undo: new Release(id) });
    saga.timeout('late', minutes(15));
  }

  @OnTimeout('late')
  late(saga: SagaContext<{ id: string }>): void {
    saga.publish(new GivenUp(saga.state.id));
    saga.compensate('late');
  }
}

@Injectable()
class Stock {
  @RequestHandler(Reserve)
  reserve(): void {}

  @RequestHandler(Release)
  release(): void {}

  @EventHandler(GivenUp)
  givenUp(): void {}
}

describe('a saga in a testing module', () => {
  it('runs by the clock of the test, and what it sends is recorded', async () => {
    const module = await Test.createTestingModule({
      imports: [CatgaTestingModule.forRoot(), CatgaSagasModule.forRoot()],
      providers: [Orders, Stock],
    })
      .setLogger(SILENT)
      .compile();
    await module.init();
    const testing = module.get(CatgaTesting);
    await module.get(CatgaMediator).publish(new Placed('o1'));
    await testing.settled();
    expect(testing.enqueued(Reserve)).toEqual([new Reserve('o1')]);
    expect(testing.enqueued(Release)).toEqual([]);
    await testing.advance(minutes(15));
    expect(testing.published(GivenUp)).toEqual([new GivenUp('o1')]);
    expect(testing.enqueued(Release)).toEqual([new Release('o1')]);
    await expect(module.get(CatgaSagas).get('orders', 'o1')).resolves.toMatchObject({
      status: 'compensated',
    });
    expect(testing.failures).toEqual([]);
    await module.close();
  });
});
