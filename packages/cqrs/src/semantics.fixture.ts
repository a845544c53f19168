import 'reflect-metadata';
import { describe, expect, it } from '@jest/globals';
import { Inject, Injectable, Module, Scope } from '@nestjs/common';
import type { DynamicModule, ModuleMetadata, Provider, Type } from '@nestjs/common';
import { ModuleRef, REQUEST } from '@nestjs/core';
import { Test } from '@nestjs/testing';
import type { TestingModule } from '@nestjs/testing';
import { EMPTY, Observable, lastValueFrom, map, merge, mergeMap, of } from 'rxjs';
import { LogBook, turn } from './application.fixture.js';
import type * as Cqrs from './index.js';

/** What of the original and of ours is the same, played against either. */
export function describeSemantics(name: string, cqrs: typeof Cqrs): void {
  const { AsyncContext, CommandBus, CommandHandler, CqrsModule, EventBus, EventsHandler } = cqrs;
  const { AggregateRoot, EventPublisher, Publishable, QueryBus, QueryHandler, Saga, ofType } = cqrs;
  const { UnhandledExceptionBus, WithAggregateRoot } = cqrs;

  /** Runs an application while a test looks at it. */
  async function withApplication(
    providers: Provider[],
    look: (module: TestingModule) => unknown,
    options: Cqrs.CqrsModuleOptions = {},
    rest: ModuleMetadata = {},
  ): Promise<void> {
    const imports = [CqrsModule.forRoot(options), ...(rest.imports ?? [])];
    const module = await Test.createTestingModule({ ...rest, imports, providers })
      .setLogger(new LogBook())
      .compile();
    await module.init();
    try {
      await look(module);
    } finally {
      await module.close();
    }
  }

  /** A handler that writes down what it handles. */
  function listener(heard: string[], label: string, ...events: Type[]): Type {
    @EventsHandler(...events)
    class Listener {
      handle(event: object): void {
        heard.push(`${label} ${event.constructor.name}`);
      }
    }
    return Listener;
  }

  describe(`${name}: inheritance`, () => {
    it('a command of a subclass goes to the handler of its nearest base class', async () => {
      class Ship {}
      class ShipFast extends Ship {}
      class ShipToday extends ShipFast {}
      @CommandHandler(Ship)
      class ShipHandler {
        execute = async (command: object): Promise<string> => `ship ${command.constructor.name}`;
      }
      @CommandHandler(ShipFast)
      class ShipFastHandler {
        execute = async (command: object): Promise<string> => `fast ${command.constructor.name}`;
      }
      await withApplication([ShipHandler, ShipFastHandler], async (module) => {
        const bus = module.get(CommandBus);
        await expect(bus.execute(new Ship())).resolves.toBe('ship Ship');
        await expect(bus.execute(new ShipToday())).resolves.toBe('fast ShipToday');
      });
    });

    it('a query of a subclass, too', async () => {
      class Find {}
      class FindAll extends Find {}
      @QueryHandler(Find)
      class FindHandler {
        execute = async (query: object): Promise<string> => query.constructor.name;
      }
      await withApplication([FindHandler], (module) =>
        expect(module.get(QueryBus).execute(new FindAll())).resolves.toBe('FindAll'),
      );
    });

    it('an event of a subclass reaches the handlers of its nearest base class, and no further', async () => {
      class Moved {}
      class MovedFar extends Moved {}
      class MovedAbroad extends MovedFar {}
      const heard: string[] = [];
      const handlers = [listener(heard, 'moved', Moved), listener(heard, 'far', MovedFar)];
      await withApplication(handlers, async (module) => {
        const bus = module.get(EventBus);
        await bus.publishAll([new Moved(), new MovedFar(), new MovedAbroad()]);
        await turn();
        expect(heard).toEqual(['moved Moved', 'far MovedFar', 'far MovedAbroad']);
      });
    });

    it('a handler may inherit its decorator', async () => {
      class Ship {}
      class Handler {
        async execute(): Promise<string> {
          return this.constructor.name;
        }
      }
      CommandHandler(Ship)(Handler);
      class OwnHandler extends Handler {}
      await withApplication([OwnHandler], (module) =>
        expect(module.get(CommandBus).execute(new Ship())).resolves.toBe('OwnHandler'),
      );
    });
  });

  describe(`${name}: duplicates`, () => {
    it('the last of two handlers of a command wins', async () => {
      class Ship {}
      @CommandHandler(Ship)
      class First {
        execute = async (): Promise<string> => 'first';
      }
      @CommandHandler(Ship)
      class Last {
        execute = async (): Promise<string> => 'last';
      }
      await withApplication([First, Last], (module) =>
        expect(module.get(CommandBus).execute(new Ship())).resolves.toBe('last'),
      );
    });

    it('a handler that two modules provide runs twice', async () => {
      class Moved {}
      const heard: string[] = [];
      const handler = listener(heard, 'one', Moved);
      const imports = [1, 2].map((): DynamicModule => {
        class Feature {}
        Module({})(Feature);
        return { module: Feature, providers: [handler] };
      });
      await withApplication(
        [],
        async (module) => {
          await module.get(EventBus).publish(new Moved());
          await turn();
          expect(heard).toEqual(['one Moved', 'one Moved']);
        },
        {},
        { imports },
      );
    });

    it('two classes of one name are two messages', async () => {
      const [One, Other] = [0, 1].map(() => class Same {}) as [Type, Type];
      const heard: string[] = [];
      @CommandHandler(One)
      class OneHandler {
        execute = async (): Promise<string> => 'one';
      }
      @CommandHandler(Other)
      class OtherHandler {
        execute = async (): Promise<string> => 'other';
      }
      const [Seen, SeenToo] = [0, 1].map(() => class Seen {}) as [Type, Type];
      const handlers = [listener(heard, 'seen', Seen), listener(heard, 'too', SeenToo)];
      await withApplication([OneHandler, OtherHandler, ...handlers], async (module) => {
        const bus = module.get(CommandBus);
        await expect(bus.execute(new One())).resolves.toBe('one');
        await expect(bus.execute(new Other())).resolves.toBe('other');
        await module.get(EventBus).publish(new SeenToo());
        await turn();
        expect(heard).toEqual(['too Seen']);
      });
    });

    it('one class may be a command, a query and an event', async () => {
      class Anything {}
      const heard: string[] = [];
      @CommandHandler(Anything)
      class Commands {
        execute = async (): Promise<string> => 'command';
      }
      @QueryHandler(Anything)
      class Queries {
        execute = async (): Promise<string> => 'query';
      }
      await withApplication([Commands, Queries, listener(heard, 'event', Anything)], async (module) => {
        await expect(module.get(CommandBus).execute(new Anything())).resolves.toBe('command');
        await expect(module.get(QueryBus).execute(new Anything())).resolves.toBe('query');
        await module.get(EventBus).publish(new Anything());
        await turn();
        expect(heard).toEqual(['event Anything']);
      });
    });
  });

  describe(`${name}: publishing`, () => {
    class Moved {
      constructor(readonly to: number) {}
    }

    it('calls a handler with the event alone, on the instance, as its method is now', async () => {
      const calls: unknown[][] = [];
      @EventsHandler(Moved)
      class Handler {
        handle(): void {
          calls.push(['not this one']);
        }
      }
      await withApplication([Handler], async (module) => {
        const handler = module.get(Handler);
        handler.handle = (...all: unknown[]) => void calls.push(all);
        const event = new Moved(1);
        module.get(EventBus).publish(event);
        expect(calls).toEqual([[event]]);
        expect(calls[0]?.[0]).toBe(event);
      });
    });

    it('publishes all in order, to the stream and the handlers', async () => {
      const heard: number[] = [];
      @EventsHandler(Moved)
      class Handler {
        handle = ({ to }: Moved): void => void heard.push(to);
      }
      await withApplication([Handler], (module) => {
        const bus = module.get(EventBus);
        const seen: number[] = [];
        bus.pipe(ofType(Moved)).subscribe(({ to }) => seen.push(to));
        expect(bus.publishAll([1, 2, 3].map((to) => new Moved(to)))).toEqual([
          undefined,
          undefined,
          undefined,
        ]);
        expect([heard, seen]).toEqual([
          [1, 2, 3],
          [1, 2, 3],
        ]);
      });
    });

    it('a publisher of the application gets the contexts, and all events at once if it takes them', async () => {
      const calls: unknown[][] = [];
      const eventPublisher = { publish: (...all: unknown[]) => `published ${calls.push(all)}` };
      await withApplication(
        [],
        (module) => {
          const bus = module.get(EventBus);
          const context = new AsyncContext();
          const events = [1, 2, 3].map((to) => new Moved(to));
          expect(bus.publish(events[0]!, 'dispatcher', context)).toBe('published 1');
          expect(bus.publish(events[1]!, context)).toBe('published 2');
          expect(bus.publishAll(events, 'dispatcher')).toEqual(['published 3', 'published 4', 'published 5']);
          bus.publisher = { publish: () => 'one', publishAll: (...all: unknown[]) => all };
          expect(bus.publishAll(events, 'dispatcher', context)).toEqual([events, 'dispatcher', context]);
          expect(calls.slice(0, 3)).toEqual([
            [events[0], 'dispatcher', context],
            [events[1], undefined, context],
            [events[0], 'dispatcher', undefined],
          ]);
          expect(events.map((event) => AsyncContext.of(event))).toEqual([context, context, context]);
        },
        { eventPublisher },
      );
    });

    it('what others put into the stream reaches the handlers', async () => {
      const heard: string[] = [];
      await withApplication([listener(heard, 'outside', Moved)], async (module) => {
        module.get(EventBus).subject$.next(new Moved(1));
        await turn();
        expect(heard).toEqual(['outside Moved']);
      });
    });

    it('the stream works before the start and after the end', async () => {
      const module = await Test.createTestingModule({ imports: [CqrsModule.forRoot()] })
        .setLogger(new LogBook())
        .compile();
      const bus = module.get(EventBus);
      const seen: object[] = [];
      bus.subscribe((event) => seen.push(event));
      await bus.publish(new Moved(1));
      await module.init();
      await bus.publish(new Moved(2));
      await module.close();
      await bus.publish(new Moved(3));
      expect(seen).toEqual([{ to: 1 }, { to: 2 }, { to: 3 }]);
    });

    it('a plain object reaches no handler', async () => {
      const heard: string[] = [];
      await withApplication([listener(heard, 'any', Moved)], async (module) => {
        await module.get(EventBus).publish({ to: 1 });
        await turn();
        expect(heard).toEqual([]);
      });
    });

    it('ids of the application say which handlers an event reaches', async () => {
      class MovedV1 {}
      class MovedV2 {}
      const heard: string[] = [];
      const getEventId = (event: Type): string => event.name.replace(/V\d$/, '');
      await withApplication(
        [listener(heard, 'any version', MovedV1)],
        async (module) => {
          await module.get(EventBus).publish(new MovedV2());
          await turn();
          expect(heard).toEqual(['any version MovedV2']);
        },
        { eventIdProvider: { getEventId } },
      );
    });
  });

  describe(`${name}: ids of events`, () => {
    class Moved {}
    class MovedFar extends Moved {}
    class Renamed {}

    it('a handler whose event has none gets every event', async () => {
      const heard: string[] = [];
      const getEventId = (event: Type): string | null => (event === Moved ? null : event.name);
      await withApplication(
        [listener(heard, 'all', Moved), listener(heard, 'one', Renamed)],
        async (module) => {
          const bus = module.get(EventBus);
          await bus.publishAll([new Moved(), new Renamed(), { to: 1 }]);
          await turn();
          expect(heard.sort()).toEqual(['all Moved', 'all Object', 'all Renamed', 'one Renamed']);
        },
        { eventIdProvider: { getEventId } },
      );
    });

    it('of a bus of the application count as those of its options', async () => {
      const heard: string[] = [];
      class OwnBus extends EventBus {
        protected override eventIdProvider = {
          getEventId: (event: Type): string => (event === MovedFar ? 'Renamed' : event.name),
        };
      }
      const providers = [listener(heard, 'moved', Moved), listener(heard, 'renamed', Renamed)];
      const module = await Test.createTestingModule({ imports: [CqrsModule.forRoot()], providers })
        .overrideProvider(EventBus)
        .useClass(OwnBus)
        .setLogger(new LogBook())
        .compile();
      await module.init();
      await module.get(EventBus).publish(new MovedFar());
      await turn();
      await module.close();
      expect(heard).toEqual(['renamed MovedFar']);
    });
  });

  describe(`${name}: errors`, () => {
    class Moved {}

    it('of a handler go to the exception bus as they were thrown, with the event, and stop no other handler', async () => {
      const heard: string[] = [];
      const thrown: unknown[] = [new Error('refused'), 'text', undefined];
      @EventsHandler(Moved)
      class AtOnce {
        handle(): void {
          throw thrown[0];
        }
      }
      @EventsHandler(Moved)
      class Later {
        async handle(): Promise<void> {
          throw thrown[1];
        }
      }
      await withApplication([AtOnce, Later, listener(heard, 'still', Moved)], async (module) => {
        const infos: Cqrs.UnhandledExceptionInfo<unknown>[] = [];
        module.get(UnhandledExceptionBus).subscribe((info) => infos.push(info));
        const event = new Moved();
        await module.get(EventBus).publish(event);
        await turn();
        expect(infos.map(({ exception }): unknown => exception)).toEqual([thrown[0], 'text']);
        expect(infos.every(({ cause }) => cause === event)).toBe(true);
        expect(infos[0]?.exception).toBe(thrown[0]);
        expect(heard).toEqual(['still Moved']);
      });
    });

    it('of a command reach its caller as they were thrown', async () => {
      class Ship {}
      const refused = new Error('refused');
      @CommandHandler(Ship)
      class Handler {
        async execute(): Promise<void> {
          throw refused;
        }
      }
      await withApplication([Handler], (module) =>
        expect(module.get(CommandBus).execute(new Ship())).rejects.toBe(refused),
      );
    });

    it('with rethrowUnhandled reach a publisher that runs the handlers itself', async () => {
      const refused = new Error('refused');
      @EventsHandler(Moved)
      class Handler {
        async handle(): Promise<void> {
          throw refused;
        }
      }
      let operators: Cqrs.EventOperator[] = [];
      const eventPublisher = {
        publish: (event: object): Promise<unknown> =>
          lastValueFrom(
            merge(
              of(event).pipe(map(() => undefined)),
              ...operators.map((operator) => of(event).pipe(operator)),
            ),
          ),
      };
      for (const rethrowUnhandled of [true, false]) {
        await withApplication(
          [Handler],
          async (module) => {
            const bus = module.get(EventBus);
            operators = bus.eventOperators;
            expect(operators).toHaveLength(1);
            const published = bus.publish(new Moved());
            if (rethrowUnhandled) await expect(published).rejects.toBe(refused);
            else await expect(published).resolves.toBeUndefined();
          },
          { eventPublisher, rethrowUnhandled },
        );
      }
    });

    it('a message without a handler is refused: a command at once, a query by rejecting', async () => {
      class Unhandled {}
      await withApplication([], async (module) => {
        expect(() => module.get(CommandBus).execute(new Unhandled())).toThrow(
          cqrs.CommandHandlerNotFoundException,
        );
        await expect(module.get(QueryBus).execute(new Unhandled())).rejects.toThrow(
          cqrs.QueryHandlerNotFoundException,
        );
      });
    });

    it('the bus of commands tells of a command before it is handled, of one without a handler never', async () => {
      class Ship {}
      class Unhandled {}
      const order: string[] = [];
      @CommandHandler(Ship)
      class Handler {
        async execute(): Promise<void> {
          order.push('handled');
        }
      }
      await withApplication([Handler], async (module) => {
        const bus = module.get(CommandBus);
        bus.subscribe((command) => order.push(command.constructor.name));
        await bus.execute(new Ship());
        expect(() => bus.execute(new Unhandled())).toThrow();
        expect(order).toEqual(['Ship', 'handled']);
      });
    });
  });

  describe(`${name}: request scope`, () => {
    it('handlers of one context share instances, and inject the context', async () => {
      class Ship {}
      class Shipped {}
      class Find {}
      const seen: unknown[] = [];
      @Injectable({ scope: Scope.REQUEST })
      class Basket {}
      @EventsHandler(Shipped, { scope: Scope.REQUEST })
      class ShippedHandler {
        constructor(
          private readonly basket: Basket,
          @Inject(REQUEST) private readonly context: unknown,
        ) {}
        handle(): void {
          seen.push(this.basket, this.context);
        }
      }
      @QueryHandler(Find, { scope: Scope.REQUEST })
      class FindHandler {
        constructor(private readonly basket: Basket) {}
        async execute(): Promise<Basket> {
          return this.basket;
        }
      }
      @CommandHandler(Ship, { scope: Scope.REQUEST })
      class ShipHandler {
        constructor(
          private readonly basket: Basket,
          @Inject(REQUEST) private readonly context: Cqrs.AsyncContext,
          private readonly events: InstanceType<typeof EventBus>,
        ) {}
        async execute(): Promise<Basket> {
          this.events.publish(new Shipped(), this.context);
          return this.basket;
        }
      }
      // What the compiler would have said of the parameters, if their classes were not values.
      Reflect.defineMetadata('design:paramtypes', [Basket, Object, EventBus], ShipHandler);
      await withApplication([Basket, ShipHandler, ShippedHandler, FindHandler], async (module) => {
        const context = new AsyncContext();
        const command = new Ship();
        const basket: unknown = await module.get(CommandBus).execute(command, context);
        await turn();
        expect(seen[0]).toBe(basket);
        expect(seen[1]).toBe(context);
        expect(AsyncContext.of(command)).toBe(context);
        await expect(module.get(QueryBus).execute(new Find(), context)).resolves.toBe(basket);
        await expect(module.resolve(Basket, context.id)).resolves.toBe(basket);
        await expect(module.get(CommandBus).execute(new Ship())).resolves.not.toBe(basket);
      });
    });
  });

  describe(`${name}: aggregates`, () => {
    class Opened {}
    class Closed {}

    it('keep what they apply until it is committed', () => {
      class Shop extends AggregateRoot {
        state = 'new';
        published: object[] = [];
        override publishAll(events: object[]): void {
          this.published.push(...events);
        }
        override publish(event: object): void {
          this.published.push(event);
        }
        onOpened(): void {
          this.state = 'open';
        }
        onClosed(): void {
          this.state = 'closed';
        }
      }
      const shop = new Shop();
      shop.apply(new Opened());
      expect([shop.state, shop.getUncommittedEvents()]).toEqual(['open', [new Opened()]]);
      shop.commit();
      expect([shop.published, shop.getUncommittedEvents()]).toEqual([[new Opened()], []]);
      shop.apply(new Closed(), { skipHandler: true });
      expect(shop.state).toBe('open');
      shop.uncommit();
      shop.commit();
      expect(shop.published).toEqual([new Opened()]);
      shop.loadFromHistory([new Closed()]);
      shop.apply(new Closed(), true);
      expect([shop.state, shop.getUncommittedEvents()]).toEqual(['closed', []]);
      shop.autoCommit = true;
      shop.apply(new Opened());
      expect(shop.published).toEqual([new Opened(), new Opened()]);
      expect(shop.getUncommittedEvents()).toEqual([]);
    });

    it('publish through the bus: an object, a class, a decorated class, a mixin', async () => {
      class Base {
        readonly name = 'base';
      }
      class Shop extends AggregateRoot {}
      class Mixed extends WithAggregateRoot(Base) {}
      @Publishable()
      class Own extends AggregateRoot {}
      await withApplication([], (module) => {
        const publisher = module.get(EventPublisher);
        const dispatchers: unknown[] = [];
        const seen: object[] = [];
        module.get(EventBus).subscribe((event) => seen.push(event));
        const Merged = publisher.mergeClassContext(Shop);
        const mixed = publisher.mergeObjectContext(new Mixed());
        const shops = [publisher.mergeObjectContext(new Shop()), new Merged(), mixed, new Own()];
        for (const shop of shops) {
          shop.apply(new Opened());
          shop.apply(new Closed());
          shop.commit();
        }
        expect(seen).toHaveLength(8);
        expect(mixed.name).toBe('base');
        const { publisher: own } = module.get(EventBus);
        module.get(EventBus).publisher = {
          publish: (event, dispatcher) => {
            dispatchers.push(dispatcher);
            own.publish(event);
          },
        };
        for (const shop of shops) {
          shop.apply(new Opened());
          shop.commit();
        }
        expect(dispatchers).toEqual([...shops.slice(0, 3), undefined]);
      });
    });
  });

  describe(`${name}: sagas`, () => {
    class Opened {}
    class Ship {
      constructor(readonly why: string) {}
    }

    it('turn events into commands, and tell the exception bus of commands that fail', async () => {
      const shipped: string[] = [];
      const refused = new Error('refused');
      @CommandHandler(Ship)
      class Handler {
        async execute({ why }: Ship): Promise<void> {
          if (why === 'refuse') throw refused;
          shipped.push(why);
        }
      }
      @Injectable()
      class Sagas {
        private readonly why = ['method', 'refuse'];
        @Saga()
        property = (events$: Observable<object>): Observable<object | undefined> =>
          events$.pipe(
            ofType(Opened),
            mergeMap(() => of(undefined, new Ship('property'))),
          );
        @Saga()
        method(events$: Observable<object>): Observable<object> {
          return events$.pipe(
            ofType(Opened),
            mergeMap(() => of(...this.why.map((why) => new Ship(why)))),
          );
        }
      }
      await withApplication([Handler, Sagas], async (module) => {
        const infos: Cqrs.UnhandledExceptionInfo<unknown>[] = [];
        module.get(UnhandledExceptionBus).subscribe((info) => infos.push(info));
        await module.get(EventBus).publish(new Opened());
        await turn();
        expect(shipped.sort()).toEqual(['method', 'property']);
        expect(infos).toEqual([{ cause: new Ship('refuse'), exception: refused }]);
      });
    });

    it('are refused without a stream, and in a request-scoped class', async () => {
      @Injectable()
      class NoStream {
        @Saga()
        saga = (): string => 'no stream';
      }
      @Injectable({ scope: Scope.REQUEST })
      class Scoped {
        @Saga()
        saga = (): Observable<object> => EMPTY;
      }
      await expect(withApplication([NoStream], () => {})).rejects.toThrow(cqrs.InvalidSagaException);
      await expect(withApplication([Scoped], () => {})).rejects.toThrow(cqrs.UnsupportedSagaScopeException);
    });
  });

  describe(`${name}: the module`, () => {
    class Ship {}
    @CommandHandler(Ship)
    class Handler {
      execute = async (): Promise<string> => 'shipped';
    }

    it('works without forRoot', async () => {
      const module = await Test.createTestingModule({ imports: [CqrsModule], providers: [Handler] })
        .setLogger(new LogBook())
        .compile();
      await module.init();
      await expect(module.get(CommandBus).execute(new Ship())).resolves.toBe('shipped');
      await module.close();
    });

    it('takes its options from a value, a factory, a class and a provider', async () => {
      const told: object[] = [];
      const options = { commandPublisher: { publish: (command: object) => void told.push(command) } };
      class Factory {
        createCqrsOptions(): Cqrs.CqrsModuleOptions {
          return options;
        }
      }
      class Holder {}
      Module({ providers: [Factory], exports: [Factory] })(Holder);
      const ways: Cqrs.CqrsModuleAsyncOptions[] = [
        { useValue: options },
        { imports: [Holder], useFactory: (it: Factory) => it.createCqrsOptions(), inject: [Factory] },
        { useClass: Factory },
        { imports: [Holder], useExisting: Factory },
      ];
      for (const way of ways) {
        const imports = [CqrsModule.forRootAsync(way)];
        const module = await Test.createTestingModule({ imports, providers: [Handler] })
          .setLogger(new LogBook())
          .compile();
        await module.init();
        await module.get(CommandBus).execute(new Ship());
        await module.close();
      }
      expect(told).toHaveLength(4);
      expect(() => CqrsModule.forRootAsync({})).toThrow();
    });

    it('keeps what tools and subclasses of applications use: metadata, the token, the order of constructors', async () => {
      class Shipped {}
      class Find {}
      @QueryHandler(Find)
      class FindHandler {
        execute = async (): Promise<string> => 'found';
      }
      @EventsHandler(Shipped)
      class ShippedHandler {
        @Saga()
        saga = (): Observable<object> => EMPTY;
        handle(): void {}
      }
      const known = (key: string, target: object): unknown => Reflect.getMetadata(key, target);
      expect([
        known('__commandHandler__', Handler),
        known('__queryHandler__', FindHandler),
        known('__eventsHandler__', ShippedHandler),
        known('__saga__', ShippedHandler),
      ]).toEqual([Ship, Find, [Shipped], ['saga']]);
      for (const [key, message] of Object.entries({ __command__: Ship, __query__: Find, __event__: Shipped }))
        expect(known(key, message)).toEqual({ id: expect.stringMatching(/^[\da-f-]{36}$/) });
      const publisher = { publish: (): void => {} };
      const options: Cqrs.CqrsModuleOptions = {
        commandPublisher: publisher,
        queryPublisher: publisher,
        eventPublisher: publisher,
        unhandledExceptionPublisher: publisher,
      };
      await withApplication(
        [],
        (module) => {
          expect(module.get('CQRS_MODULE_OPTIONS')).toBe(options);
          const moduleRef = module.get(ModuleRef);
          const commandBus = new CommandBus(moduleRef, options);
          const exceptionBus = new UnhandledExceptionBus(options);
          const eventBus = new EventBus(commandBus, moduleRef, exceptionBus, options);
          for (const bus of [commandBus, new QueryBus(moduleRef, options), exceptionBus, eventBus])
            expect(bus.publisher).toBe(publisher);
        },
        options,
      );
    });

    it('two applications in a process do not meet', async () => {
      await withApplication([Handler], async (one) => {
        await withApplication([Handler], async (other) => {
          const seen: object[] = [];
          other.get(CommandBus).subscribe((command) => seen.push(command));
          await one.get(CommandBus).execute(new Ship());
          expect(seen).toEqual([]);
          await other.get(CommandBus).execute(new Ship());
          expect(seen).toHaveLength(1);
        });
      });
    });
  });
}
