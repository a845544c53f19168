import 'reflect-metadata';
import { describe, expect, it } from '@jest/globals';
import { Injectable, Logger } from '@nestjs/common';
import { Test } from '@nestjs/testing';
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
});
