import { describe, expect, it } from '@jest/globals';
import { Injectable } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import {
  CatgaMediator,
  CatgaOutbox,
  Command,
  EventHandler,
  memoryOutbox,
  Message,
  ReliableEvent,
  RequestHandler,
} from '@catga/nestjs';
import type { MessageContext } from '@catga/nestjs';
import { CatgaTesting, CatgaTestingModule } from './index.js';

@ReliableEvent()
@Message({ key: 'key' })
class Counted {
  constructor(
    readonly key: string,
    readonly left: number,
  ) {}
}

class Count extends Command {
  constructor(readonly from: number) {
    super();
  }
}

@Injectable()
class Counter {
  readonly counted: number[] = [];

  @RequestHandler(Count, { transaction: true })
  async count({ from }: Count, context: MessageContext): Promise<void> {
    for (const key of ['a', 'b']) await context.publish(new Counted(key, from));
  }

  @EventHandler(Counted, { transaction: true })
  async next({ key, left }: Counted, context: MessageContext): Promise<void> {
    this.counted.push(left);
    if (left > 1) await context.publish(new Counted(key, left - 1));
  }
}

describe('settled() with an outbox', () => {
  it('waits for what was committed, and for what its handlers commit', async () => {
    const outbox = memoryOutbox({ transactions: true });
    const module = await Test.createTestingModule({
      imports: [CatgaTestingModule.forRoot({ outbox })],
      providers: [Counter],
    }).compile();
    await module.init();
    const testing = module.get(CatgaTesting);
    await module.get(CatgaMediator).send(new Count(20));
    await testing.settled();
    expect(module.get(Counter).counted).toHaveLength(40);
    await outbox.run(() => module.get(CatgaMediator).publish(new Counted('c', 1)));
    await testing.settled();
    expect(module.get(Counter).counted).toHaveLength(41);
    await testing.advance(1000);
    await expect(module.get(CatgaOutbox).counts()).resolves.toEqual({ waiting: 0, parked: 0 });
    await module.close();
  });
});
