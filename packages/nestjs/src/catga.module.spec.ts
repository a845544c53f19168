import 'reflect-metadata';
import { describe, expect, it } from '@jest/globals';
import { HttpException, Injectable, Logger, NotFoundException } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { LogBook } from './application.fixture.js';
import { CatgaMediator, CatgaModule, Command, EventHandler, ReliableEvent, RequestHandler } from './index.js';
import type { IEventHandler, IRequestHandler, MessageContext } from './index.js';

class Greet extends Command<string> {
  constructor(readonly who: string) {
    super();
  }
}

@ReliableEvent()
class Greeted {
  constructor(readonly who: string) {}
}

@Injectable()
class Journal {
  readonly lines: string[] = [];
}

@RequestHandler(Greet)
class GreetHandler implements IRequestHandler<Greet> {
  constructor(private readonly journal: Journal) {}
  async handle(command: Greet, context: MessageContext): Promise<string> {
    this.journal.lines.push(command.who);
    await context.publish(new Greeted(command.who));
    return `Hello ${command.who}`;
  }
}

class Invoice extends Command<string> {
  constructor(readonly orderId: string) {
    super();
  }
}

@RequestHandler(Invoice)
class InvoiceHandler implements IRequestHandler<Invoice> {
  async handle({ orderId }: Invoice): Promise<string> {
    if (orderId === '') throw Object.assign(new NotFoundException('no such order'), { retryable: false });
    return `invoice of ${orderId}`;
  }
}

@EventHandler(Greeted)
class WriteDown implements IEventHandler<Greeted> {
  constructor(private readonly journal: Journal) {}
  handle(event: Greeted): void {
    this.journal.lines.push(`greeted ${event.who}`);
  }
}

describe('CatgaModule', () => {
  it('finds handlers, sends commands to them and events to theirs', async () => {
    Logger.overrideLogger(false);
    const module = await Test.createTestingModule({
      imports: [CatgaModule.forRoot()],
      providers: [Journal, GreetHandler, WriteDown],
    }).compile();
    await module.init();
    const mediator = module.get(CatgaMediator);
    await expect(mediator.send(new Greet('Ada'))).resolves.toBe('Hello Ada');
    await module.close();
    expect(module.get(Journal).lines).toEqual(['Ada', 'greeted Ada']);
  });

  it('tells how a queued command ended, with the exception its handler threw', async () => {
    const module = await Test.createTestingModule({
      imports: [CatgaModule.forRoot()],
      providers: [InvoiceHandler],
    })
      .setLogger(new LogBook())
      .compile();
    await module.init();
    const mediator = module.get(CatgaMediator);
    const billed = await mediator.enqueue(new Invoice('o1'), { keepOutcome: true });
    await expect(billed.outcome()).resolves.toEqual({ ok: true, value: 'invoice of o1' });
    const unknown = await mediator.enqueue(new Invoice(''), { keepOutcome: true });
    const outcome = await unknown.outcome();
    expect(outcome.ok ? undefined : outcome.error).toBeInstanceOf(HttpException);
    await expect(mediator.outcomeOf(Invoice, unknown.messageId)).resolves.toMatchObject({
      error: { message: 'no such order', status: 404 },
    });
    await module.close();
  });
});
