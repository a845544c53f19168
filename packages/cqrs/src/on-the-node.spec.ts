import { describe, expect, it, jest } from '@jest/globals';
import { Module, Scope } from '@nestjs/common';
import type { DynamicModule } from '@nestjs/common';
import {
  CatgaDeadLetters,
  CatgaMediator,
  CatgaModule,
  CatgaNode,
  MemoryNetwork,
  Message,
  ReliableEvent,
} from '@catga/nestjs';
import type { Behavior } from '@catga/nestjs';
import { describeApplication } from '@catga/nestjs/describe';
import { Test } from '@nestjs/testing';
import { LogBook, start, turn } from './application.fixture.js';
import {
  AggregateRoot,
  CommandBus,
  CommandHandler,
  CommandHandlerNotFoundException,
  CqrsModule,
  EventBus,
  EventPublisher,
  EventsHandler,
  QueryBus,
  QueryHandler,
  UnhandledExceptionBus,
} from './index.js';
import type { UnhandledExceptionInfo } from './index.js';

class Opened {}
class Ship {
  constructor(readonly to = 'anywhere') {}
}
@CommandHandler(Ship)
class ShipHandler {
  execute({ to }: Ship): Promise<string> {
    return Promise.resolve(to);
  }
}

/** Resolves with the next error that the exception bus tells. */
function nextFailure(bus: UnhandledExceptionBus<unknown>): Promise<UnhandledExceptionInfo<unknown>> {
  return new Promise((resolve) => void bus.subscribe(resolve));
}

describe('a reliable event', () => {
  @ReliableEvent()
  class Paid {
    constructor(readonly amount: number) {}
  }
  class Account extends AggregateRoot {}

  it('is repeated for a handler that fails, through an unchanged commit, and told once it is a dead letter', async () => {
    const attempts: unknown[] = [];
    @EventsHandler(Paid, { maxAttempts: 3, backoff: { initialDelayMs: 1 }, name: 'book' })
    class Book {
      handle(event: Paid): void {
        attempts.push(event);
        throw new Error('the books are closed');
      }
    }
    const module = await start([Book]);
    const failure = nextFailure(module.get(UnhandledExceptionBus));
    const account = module.get(EventPublisher).mergeObjectContext(new Account());
    account.apply(new Paid(7));
    account.commit();
    expect(account.getUncommittedEvents()).toEqual([]);
    await expect(failure).resolves.toMatchObject({
      cause: { amount: 7 },
      exception: { message: 'the books are closed' },
    });
    expect(attempts).toHaveLength(3);
    expect(attempts[0]).toBeInstanceOf(Paid);
    const { items } = await module.get(CatgaDeadLetters).list();
    expect(items).toHaveLength(1);
  });

  it('is stored when publish and commitAsync resolve; what is not stored stays uncommitted, and is told', async () => {
    const heard: number[] = [];
    @EventsHandler(Paid)
    class Book {
      handle({ amount }: Paid): void {
        heard.push(amount);
      }
    }
    const module = await start([Book], { catga: { limits: { maxPayloadBytes: 20 } } });
    const failure = nextFailure(module.get(UnhandledExceptionBus));
    const account = module.get(EventPublisher).mergeObjectContext(new Account());
    account.apply(new Paid(7));
    account.apply(new Paid(8));
    await account.commitAsync();
    await module.get(EventBus).publish(new Paid(9));
    await turn();
    expect(new Set(heard)).toEqual(new Set([7, 8, 9]));
    expect(account.getUncommittedEvents()).toEqual([]);
    class Long extends Paid {
      readonly text = 'too long to be stored';
    }
    account.apply(new Long(1));
    await expect(account.commitAsync()).rejects.toMatchObject({ code: 'CATGA_PAYLOAD_TOO_LARGE' });
    expect(account.getUncommittedEvents()).toHaveLength(1);
    await expect(failure).resolves.toMatchObject({ exception: { code: 'CATGA_PAYLOAD_TOO_LARGE' } });
    account.commit(); // Nobody waits, and nothing is unhandled.
    await turn();
  });
});

describe('an aggregate', () => {
  it('keeps an event that it applies while it publishes', async () => {
    class Added {}
    class Account extends AggregateRoot {
      readonly published: object[] = [];
      override publishAll(events: object[]): void {
        this.published.push(...events);
        if (this.published.length === 1) this.apply(new Added());
      }
    }
    const account = new Account();
    account.apply(new Opened());
    account.commit();
    expect(account.getUncommittedEvents()).toEqual([new Added()]);
    await account.commitAsync();
    expect(account.getUncommittedEvents()).toEqual([]);
    expect(account.published).toEqual([new Opened(), new Added()]);
  });
});

describe('without a node', () => {
  it('a reliable event is refused, not quietly lost', async () => {
    @ReliableEvent()
    class Paid {}
    const module = await Test.createTestingModule({ imports: [CqrsModule] })
      .setLogger(new LogBook())
      .compile();
    await module.init();
    const failure = nextFailure(module.get(UnhandledExceptionBus));
    await expect(module.get(EventBus).publish(new Paid())).rejects.toMatchObject({
      code: 'CATGA_CONFIGURATION',
    });
    await expect(failure).resolves.toMatchObject({ exception: { code: 'CATGA_CONFIGURATION' } });
    await module.close();
  });
});

describe('options of a call that no node keeps', () => {
  it('are refused before anything is told or handled', async () => {
    const module = await Test.createTestingModule({ imports: [CqrsModule], providers: [ShipHandler] })
      .setLogger(new LogBook())
      .compile();
    await module.init();
    const told: object[] = [];
    const bus = module.get(CommandBus);
    bus.subscribe((command) => told.push(command));
    const options = { messageId: 'once' };
    await expect(bus.execute(new Ship(), options)).rejects.toMatchObject({ code: 'CATGA_CONFIGURATION' });
    await module.close();

    const closed = await start([ShipHandler]);
    const closedBus = closed.get(CommandBus);
    closedBus.subscribe((command) => told.push(command));
    await closed.close();
    await expect(closedBus.execute(new Ship(), options)).rejects.toMatchObject({
      code: 'CATGA_SHUTTING_DOWN',
    });
    expect(told).toEqual([]);
    await expect(closedBus.execute(new Ship('here'))).resolves.toBe('here');
  });
});

describe('the node under the buses', () => {
  it('applies its behaviors to commands, queries and events, once each', async () => {
    const seen: string[] = [];
    const behavior: Behavior = {
      handle: (envelope, _context, next) => {
        seen.push(`${envelope.kind} ${envelope.name}`);
        return next();
      },
    };
    class Find {}
    @QueryHandler(Find)
    class FindHandler {
      execute(): Promise<string> {
        return Promise.resolve('found');
      }
    }
    @EventsHandler(Opened)
    class OpenedHandler {
      handle(): void {
        seen.push('handled');
      }
    }
    const module = await start([ShipHandler, FindHandler, OpenedHandler], {
      catga: { behaviors: [behavior] },
    });
    await expect(module.get(CommandBus).execute(new Ship('here'))).resolves.toBe('here');
    await expect(module.get(QueryBus).execute(new Find())).resolves.toBe('found');
    expect(module.get(EventBus).publish(new Opened())).toBeUndefined();
    await turn();
    expect(seen).toEqual(['command Ship', 'query Find', 'event Opened', 'handled']);
  });

  it('takes options of a call', async () => {
    let runs = 0;
    class Wait {}
    @CommandHandler(Wait)
    class WaitHandler {
      execute(): Promise<never> {
        return new Promise(() => {});
      }
    }
    class Count {}
    @CommandHandler(Count)
    class CountHandler {
      execute(): Promise<number> {
        return Promise.resolve(++runs);
      }
    }
    const module = await start([WaitHandler, CountHandler], { catga: { shutdown: { drainTimeoutMs: 1 } } });
    const bus = module.get(CommandBus);
    await expect(bus.execute(new Wait(), { timeoutMs: 5 })).rejects.toMatchObject({ code: 'CATGA_TIMEOUT' });
    await expect(bus.execute(new Count(), { messageId: 'one' })).resolves.toBe(1);
    await expect(bus.execute(new Count(), { messageId: 'one' })).resolves.toBe(1);
  });

  it('takes what the mediator sends to the same handlers, and the stream of the bus tells of it', async () => {
    class Named {}
    Message({ name: 'named.v1' })(Named);
    @CommandHandler(Named)
    class NamedHandler {
      execute(): Promise<string> {
        return Promise.resolve('handled');
      }
    }
    const module = await start([NamedHandler]);
    const seen: object[] = [];
    module.get(CommandBus).subscribe((command) => seen.push(command));
    const mediator = module.get(CatgaMediator);
    await expect(mediator.send(new Named() as never)).resolves.toBe('handled');
    expect(seen).toHaveLength(1);
  });

  it('may be one that the application imports itself', async () => {
    const module = await start([ShipHandler], { catga: false }, { imports: [CatgaModule.forRoot()] });
    await expect(module.get(CommandBus).execute(new Ship('there'))).resolves.toBe('there');
  });

  it.each([
    ['a factory', () => [CqrsModule.forRootAsync({ useFactory: () => ({ catga: { service: 'late' } }) })]],
    [
      'CatgaModule, with the buses from a factory',
      () => [
        CqrsModule.forRootAsync({ catga: false, useFactory: () => ({}) }),
        CatgaModule.forRoot({ service: 'late' }),
      ],
    ],
  ])('has its options from %s', async (_, importsOf) => {
    const module = await Test.createTestingModule({ imports: importsOf(), providers: [ShipHandler] })
      .setLogger(new LogBook())
      .compile();
    await module.init();
    expect(module.get(CatgaNode, { strict: false }).options.service).toBe('late');
    await expect(module.get(CommandBus).execute(new Ship('there'))).resolves.toBe('there');
    await module.close();
  });

  it('has the options of the decorators', async () => {
    @ReliableEvent()
    class Paid {}
    @EventsHandler(Paid, { name: 'book', concurrency: 3, maxAttempts: 9, scope: Scope.DEFAULT })
    class Book {
      handle(): void {}
    }
    class Told {}
    Message({ name: 'shop.told.v1' })(Told);
    @EventsHandler(Told, { subscription: 'node' })
    class Everywhere {
      handle(): void {}
    }
    const module = await start([Book, Everywhere], { catga: { service: 'shop' } });
    expect(module.get(CatgaNode, { strict: false }).contracts().messages).toMatchObject([
      { name: 'Paid', handlers: [{ subscription: { id: 'shop.book', concurrency: 3, maxAttempts: 9 } }] },
      { name: 'shop.told.v1', handlers: [{ name: 'Everywhere', scope: 'node' }] },
    ]);
  });

  it('is one, however often the module is imported', async () => {
    const heard: object[] = [];
    @EventsHandler(Opened)
    class OpenedHandler {
      handle(event: Opened): void {
        heard.push(event);
      }
    }
    class Feature {
      constructor(readonly eventBus: EventBus) {}
    }
    Module({ imports: [CqrsModule], providers: [ShipHandler] })(Feature);
    Reflect.defineMetadata('design:paramtypes', [EventBus], Feature);
    const module = await start([OpenedHandler], {}, { imports: [Feature] });
    await module.get(Feature).eventBus.publish(new Opened());
    await turn();
    expect(heard).toHaveLength(1);
    await expect(module.get(CommandBus).execute(new Ship('once'))).resolves.toBe('once');
  });
});

describe('in a cluster', () => {
  class Buy {
    constructor(readonly sku: string) {}
  }
  Message({ name: 'shop.buy.v1' })(Buy);
  class Bought {}
  Message({ name: 'shop.bought.v1' })(Bought);

  it('a named command goes to the service that handles it, a plain one nowhere', async () => {
    @CommandHandler(Buy)
    class BuyHandler {
      execute(command: Buy): Promise<string> {
        if (command.sku === '') return Promise.reject(new RangeError('no sku'));
        return Promise.resolve(`${command.constructor.name} ${command.sku}`);
      }
    }
    const engine = new MemoryNetwork();
    await start([BuyHandler, ShipHandler], { catga: { engine, service: 'shop', nodeId: 'shop' } });
    // The caller knows the class of the command, and no handler has decorated it there.
    class RemoteBuy {
      constructor(readonly sku: string) {}
    }
    Message({ name: 'shop.buy.v1' })(RemoteBuy);
    const caller = await start([], { catga: { engine, service: 'web', nodeId: 'web' } });
    const bus = caller.get(CommandBus);
    await expect(bus.execute(new RemoteBuy('x'))).resolves.toBe('Buy x');
    await expect(bus.execute(new RemoteBuy(''))).rejects.toMatchObject({
      name: 'RangeError',
      message: 'no sku',
    });
    class OtherShip {}
    expect(() => bus.execute(new OtherShip())).toThrow(CommandHandlerNotFoundException);
    class Unknown {}
    Message({ name: 'shop.unknown.v1' })(Unknown);
    await expect(bus.execute(new Unknown())).rejects.toBeInstanceOf(CommandHandlerNotFoundException);
  });

  it('a named event reaches other services, a plain one stays', async () => {
    const heard: string[] = [];
    const handlers = (label: string) => {
      @EventsHandler(Bought, Opened)
      class Handler {
        handle(event: object): void {
          heard.push(`${label} ${event.constructor.name}`);
        }
      }
      return [Handler];
    };
    const engine = new MemoryNetwork();
    const one = await start(handlers('one'), { catga: { engine, service: 'one', nodeId: 'one' } });
    await start(handlers('two'), { catga: { engine, service: 'two', nodeId: 'two' } });
    const bus = one.get(EventBus);
    await bus.publish(new Bought());
    await bus.publish(new Opened());
    for (let turns = 0; turns < 5; turns++) await turn();
    expect(heard.sort()).toEqual(['one Bought', 'one Opened', 'two Bought']);
  });
});

describe('publishAndWait', () => {
  it('waits for the handlers, and rejects with what one threw', async () => {
    const done: string[] = [];
    @EventsHandler(Opened)
    class Slow {
      async handle(): Promise<void> {
        await turn();
        done.push('slow');
      }
    }
    const module = await start([Slow]);
    const bus = module.get(EventBus);
    bus.subscribe(() => done.push('stream'));
    await bus.publishAndWait(new Opened());
    expect(done).toEqual(['stream', 'slow']);
    jest.spyOn(module.get(Slow), 'handle').mockRejectedValue(new Error('slow'));
    await expect(bus.publishAndWait(new Opened())).rejects.toThrow('slow');
    @ReliableEvent()
    class Paid {}
    await expect(bus.publishAndWait(new Paid())).rejects.toMatchObject({ code: 'CATGA_UNSUPPORTED' });
  });
});

describe('an application that is only described', () => {
  it('has the handlers of messages that leave the process', async () => {
    class Sell {}
    Message({ name: 'shop.sell.v1' })(Sell);
    @CommandHandler(Sell)
    class SellHandler {
      execute(): Promise<void> {
        return Promise.resolve();
      }
    }
    class App {}
    Module({ imports: [CqrsModule.forRoot()], providers: [SellHandler, ShipHandler] })(App);
    const { messages } = await describeApplication(App);
    expect(messages.map(({ name, kind }) => `${kind} ${name}`)).toEqual(['command shop.sell.v1']);
  });
});

describe('strict', () => {
  it('refuses two handlers for a command, and a handler of events in two modules', async () => {
    @CommandHandler(Ship)
    class Other {
      execute(): Promise<void> {
        return Promise.resolve();
      }
    }
    @EventsHandler(Opened)
    class Twice {
      handle(): void {}
    }
    class Feature {}
    const imports: DynamicModule[] = [{ module: Feature, providers: [Twice] }];
    Module({})(Feature);
    await expect(start([ShipHandler, Other, Twice], { strict: true }, { imports })).rejects.toThrow(
      /Ship has two handlers[^]*Two event handlers are named Twice/,
    );
  });
});

describe('what the node cannot do for a message', () => {
  it('keeps the application from starting, instead of being left undone', async () => {
    @ReliableEvent()
    class Both {}
    class Named {}
    Message({ name: 'both.named.v1' })(Named);
    @CommandHandler(Both)
    class Commands {
      execute(): Promise<void> {
        return Promise.resolve();
      }
    }
    @QueryHandler(Named)
    class Queries {
      execute(): Promise<void> {
        return Promise.resolve();
      }
    }
    @EventsHandler(Both, Named)
    class Events {
      handle(): void {}
    }
    await expect(start([Commands, Queries, Events])).rejects.toThrow(
      /@ReliableEvent is for events[^]*Named is handled as query and as event/,
    );
  });
});

describe('the log', () => {
  it('has one line for a handler that fails, and one for a handler that is replaced', async () => {
    @EventsHandler(Opened)
    class Failing {
      handle(): void {
        throw new Error('refused');
      }
    }
    @CommandHandler(Ship)
    class Other {
      execute(): Promise<void> {
        return Promise.resolve();
      }
    }
    const logger = new LogBook();
    const module = await start([ShipHandler, Other, Failing], {}, { logger });
    await module.get(EventBus).publish(new Opened());
    expect(logger.errors).toEqual([expect.stringMatching(/^Failing failed on Opened .*refused/)]);
    expect(logger.warnings.filter((line) => line.includes('replaces'))).toEqual([
      'Other replaces the handler of Ship that was registered before it.',
    ]);
  });
});
