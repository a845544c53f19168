import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Injectable } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import type { TestingModule } from '@nestjs/testing';
import { CatgaMediator, Command, EventHandler, Message, ReliableEvent, RequestHandler } from '@catga/nestjs';
import type { MessageContext } from '@catga/nestjs';
import { CatgaTesting, CatgaTestingModule } from './index.js';
import { Gate, shop, SILENT } from './shop.fixture.js';

@ReliableEvent()
@Message({ key: 'key' })
class Step {
  constructor(
    readonly left: number,
    readonly key?: string,
  ) {}
}

class PlainStep {
  constructor(readonly left: number) {}
}

class Begin extends Command {
  constructor(readonly steps: number) {
    super();
  }
}

@Injectable()
class Walker {
  readonly walked: number[] = [];
  pause: () => Promise<void> = () => Promise.resolve();

  @EventHandler(Step)
  async step({ left, key }: Step, context: MessageContext): Promise<void> {
    await this.pause();
    this.walked.push(left);
    if (left > 1) await context.publish(new Step(left - 1, key));
  }

  @EventHandler(PlainStep)
  async plainStep({ left }: PlainStep, context: MessageContext): Promise<void> {
    await this.pause();
    this.walked.push(left);
    if (left > 1) await context.publish(new PlainStep(left - 1));
  }

  @RequestHandler(Begin)
  async begin({ steps }: Begin, context: MessageContext): Promise<void> {
    await this.pause();
    await context.publish(new Step(steps));
  }
}

describe('settled()', () => {
  let module: TestingModule;
  const walker = (): Walker => module.get(Walker);
  const mediator = (): CatgaMediator => module.get(CatgaMediator);
  const settled = (withinMs?: number): Promise<void> => module.get(CatgaTesting).settled({ withinMs });

  afterEach(async () => {
    walker().pause = () => Promise.resolve();
    await module.close();
  });

  it('resolves where nothing happened', async () => {
    module = await shop([Walker]);
    await settled();
    expect(walker().walked).toEqual([]);
  });

  it('waits for reliable events that handlers of reliable events publish', async () => {
    module = await shop([Walker]);
    await mediator().publish(new Step(20));
    await settled();
    expect(walker().walked).toHaveLength(20);
  });

  it('waits for plain events that handlers of plain events publish', async () => {
    module = await shop([Walker]);
    await mediator().publish(new PlainStep(20));
    await settled();
    expect(walker().walked).toHaveLength(20);
  });

  it('waits for queued commands and what they publish', async () => {
    module = await shop([Walker]);
    await mediator().enqueue(new Begin(5));
    await settled();
    expect(walker().walked).toHaveLength(5);
  });

  it('waits for a command whose sender does not', async () => {
    module = await shop([Walker]);
    void mediator().send(new Begin(5));
    await settled();
    expect(walker().walked).toHaveLength(5);
  });

  it('waits for more messages than the engine hands out in one turn', async () => {
    module = await shop([Walker]);
    for (let count = 0; count < 2000; count++) await mediator().publish(new Step(1));
    await settled();
    expect(walker().walked).toHaveLength(2000);
  });

  it('waits for events that wait behind others of their key', async () => {
    module = await shop([Walker]);
    const { opened, open } = new Gate();
    walker().pause = () => opened;
    await mediator().publishBatch(Array.from({ length: 30 }, (_, index) => new Step(1, `k${index % 2}`)));
    setTimeout(open, 5);
    await settled();
    expect(walker().walked).toHaveLength(30);
  });

  it('waits for more handlers than run at a time', async () => {
    module = await shop([Walker], { concurrency: { maxInFlight: 1 } });
    for (let count = 0; count < 50; count++) void mediator().send(new Begin(1));
    await settled();
    expect(walker().walked).toHaveLength(50);
  });

  it('waits for handlers that do real input and output between messages', async () => {
    module = await shop([Walker]);
    const server = createServer((_request, response) => void response.end('ok')).listen(0);
    const { port } = server.address() as AddressInfo;
    walker().pause = async () => {
      await (await fetch(`http://127.0.0.1:${port}`)).text();
    };
    await mediator().publish(new Step(5));
    await mediator().publish(new PlainStep(5));
    await settled();
    expect(walker().walked).toHaveLength(10);
    await new Promise((resolve) => server.close(resolve));
  });

  it('waits under the fake timers of jest', async () => {
    module = await shop([Walker]);
    jest.useFakeTimers();
    try {
      await mediator().publish(new Step(3));
      await settled();
      expect(walker().walked).toHaveLength(3);
    } finally {
      jest.useRealTimers();
    }
  });

  it('names the handler that does not end, with its message and attempt', async () => {
    module = await shop([Walker]);
    const { opened, open } = new Gate();
    walker().pause = () => opened;
    await mediator().publish(new Step(1), { messageId: 'stuck-1' });
    await expect(settled(50)).rejects.toMatchObject({
      code: 'CATGA_TIMEOUT',
      details: { running: ['app.Walker.step on the event Step stuck-1'] },
    });
    await expect(settled(50)).rejects.toThrow('still running: app.Walker.step on the event Step stuck-1.');
    open();
    await settled();
    expect(walker().walked).toEqual([1]);
  });

  it('says so if messages cause each other for ever', async () => {
    module = await shop([Walker]);
    await mediator().publish(new Step(1e9));
    await expect(settled(50)).rejects.toThrow(/handlers keep being called, \d+ times|Walker\.step/);
    walker().walked.length = 0;
    walker().pause = () => new Promise(() => {});
  });

  it('says so if what waits is not consumed because the application has not started', async () => {
    module = await shop([Walker]);
    const unstarted = await Test.createTestingModule({
      imports: [CatgaTestingModule.forRoot()],
      providers: [
        Walker,
        {
          provide: 'early',
          inject: [CatgaMediator, CatgaTesting],
          useFactory: (early: CatgaMediator, testing: CatgaTesting) => ({
            async onModuleInit() {
              await early.publish(new Step(1));
              await expect(testing.settled({ withinMs: 50 })).rejects.toThrow('Has the application started');
            },
          }),
        },
      ],
    })
      .setLogger(SILENT)
      .compile();
    await unstarted.init();
    await unstarted.get(CatgaTesting).settled();
    expect(unstarted.get(Walker).walked).toEqual([1]);
    await unstarted.close();
  });

  it('resolves while messages wait behind a dead letter that holds their key', async () => {
    const seen: number[] = [];

    class Keeper {
      @EventHandler(Step, { name: 'keeper', maxAttempts: 1, whenDead: 'hold-key' })
      keep({ left }: Step): void {
        if (left === 0) throw new Error('out of paper');
        seen.push(left);
      }
    }
    module = await shop([Walker, Keeper]);
    for (const step of [new Step(0, 'a'), new Step(1, 'a'), new Step(2, 'b')]) await mediator().publish(step);
    await settled();
    expect(seen).toEqual([2, 1]);
  });
});
