import { describe, expect, it } from '@jest/globals';
import { Controller, Injectable } from '@nestjs/common';
import { TestClock } from '@catga/core/engine';
import { compile, start } from '../application.fixture.js';
import { CatgaMediator, Command, EventHandler, Query, RequestHandler } from '../index.js';
import type { IEventHandler, IRequestHandler, MessageContext } from '../index.js';

class Add extends Command<number> {
  constructor(readonly amount: number) {
    super();
  }
}

class Total extends Query<number> {}

class Added {
  constructor(readonly amount: number) {}
}

@Injectable()
class Account {
  total = 0;
  readonly seen: string[] = [];
}

@RequestHandler(Add)
class AddHandler implements IRequestHandler<Add> {
  constructor(protected readonly account: Account) {}

  async handle({ amount }: Add, context: MessageContext): Promise<number> {
    await context.publish(new Added(amount));
    return (this.account.total += amount);
  }
}

@EventHandler(Added)
class AddedHandler implements IEventHandler<Added> {
  constructor(private readonly account: Account) {}

  handle({ amount }: Added): void {
    this.account.seen.push(`class ${amount}`);
  }
}

@Controller()
class AccountController {
  constructor(private readonly account: Account) {}

  @RequestHandler(Total)
  total(): number {
    return this.account.total;
  }

  @EventHandler(Added)
  added({ amount }: Added): void {
    this.account.seen.push(`controller ${amount}`);
  }
}

@Injectable()
class Audit {
  constructor(private readonly account: Account) {}

  @EventHandler(Added, { name: 'audit' })
  record({ amount }: Added): void {
    this.account.seen.push(`method ${amount}`);
  }
}

/** Adds 5 and sees what the one request handler that is provided answered. */
async function add(parts: Parameters<typeof start>[0]): Promise<unknown> {
  const module = await start(parts);
  try {
    return await module.get(CatgaMediator).send(new Add(5));
  } finally {
    await module.close();
  }
}

describe('handlers are found', () => {
  it('as classes, as methods of providers and as methods of controllers', async () => {
    const module = await start({
      providers: [Account, AddHandler, AddedHandler, Audit],
      controllers: [AccountController],
    });
    const mediator = module.get(CatgaMediator);
    await expect(mediator.send(new Add(5))).resolves.toBe(5);
    await expect(mediator.send(new Total())).resolves.toBe(5);
    expect(module.get(Account).seen.toSorted()).toEqual(['class 5', 'controller 5', 'method 5']);
    await module.close();
  });

  it('behind useClass under another token', async () => {
    await expect(add({ providers: [Account, { provide: 'adder', useClass: AddHandler }] })).resolves.toBe(5);
  });

  it('behind useFactory', async () => {
    const useFactory = (account: Account): AddHandler => new AddHandler(account);
    await expect(
      add({ providers: [Account, { provide: 'adder', inject: [Account], useFactory }] }),
    ).resolves.toBe(5);
  });

  it('behind useValue', async () => {
    await expect(
      add({ providers: [{ provide: 'adder', useValue: new AddHandler(new Account()) }] }),
    ).resolves.toBe(5);
  });

  it('once behind an alias: useExisting adds no second handler', async () => {
    await expect(
      add({ providers: [Account, AddHandler, { provide: 'adder', useExisting: AddHandler }] }),
    ).resolves.toBe(5);
  });

  it('among providers of all shapes, without touching them', async () => {
    const untouchable = new Proxy(
      {},
      {
        get: (_target, key) => {
          if (key === 'handle') throw new Error('touched');
          return undefined;
        },
      },
    );
    const values = [undefined, null, 0, 'text', Object.create(null), [1], () => 1, new Map(), untouchable];
    const providers = values.map((useValue, index) => ({
      provide: `value ${index}`,
      useValue: useValue as unknown,
    }));
    await expect(add({ providers: [Account, AddHandler, ...providers] })).resolves.toBe(5);
  });

  it('without reading accessors of other providers', async () => {
    @Injectable()
    class Lazy {
      get connection(): never {
        throw new Error('read too early');
      }
    }
    await expect(add({ providers: [Account, AddHandler, Lazy] })).resolves.toBe(5);
  });

  it('as subclasses only if they say so themselves', async () => {
    @Injectable()
    class Doubled extends AddHandler {
      override async handle(): Promise<number> {
        return Promise.resolve(-1);
      }
    }
    await expect(add({ providers: [Account, AddHandler, Doubled] })).resolves.toBe(5);
  });
});

describe('an overridden handler', () => {
  it('may be a plain object', async () => {
    const override = { handle: () => 42 };
    await expect(
      add({
        providers: [Account, AddHandler],
        override: (builder) => builder.overrideProvider(AddHandler).useValue(override),
      }),
    ).resolves.toBe(42);
  });

  it('may be a class without a decorator', async () => {
    class Fake {
      handle(): number {
        return 43;
      }
    }
    await expect(
      add({
        providers: [Account, AddHandler],
        override: (builder) => builder.overrideProvider(AddHandler).useClass(Fake),
      }),
    ).resolves.toBe(43);
  });

  it('may come from a factory', async () => {
    await expect(
      add({
        providers: [Account, AddHandler],
        override: (builder) =>
          builder.overrideProvider(AddHandler).useFactory({
            inject: [Account],
            factory: (account: Account) => ({ handle: ({ amount }: Add) => amount + account.total + 1 }),
          }),
      }),
    ).resolves.toBe(6);
  });

  it('may be a plain object in the place of a class with decorated methods', async () => {
    @Injectable()
    class Bank {
      @RequestHandler(Add)
      add({ amount }: Add): number {
        return amount;
      }
    }
    const replaced = (value: object): Promise<unknown> =>
      add({ providers: [Bank], override: (builder) => builder.overrideProvider(Bank).useValue(value) });
    await expect(replaced({ add: () => 45 })).resolves.toBe(45);
    await expect(replaced({})).rejects.toThrow(
      "Bank (RootTestModule) is decorated as a handler but has no method 'add'",
    );
  });

  it('may be a mock whose method is replaced after start-up', async () => {
    const module = await start({ providers: [Account, AddHandler] });
    Object.assign(module.get(AddHandler), { handle: () => 44 });
    await expect(module.get(CatgaMediator).send(new Add(5))).resolves.toBe(44);
    await module.close();
  });
});

describe('a singleton handler', () => {
  it('is called on the one instance of the container, with no look-up per call', async () => {
    const instances = new Set<object>();
    @RequestHandler(Total)
    class TotalHandler implements IRequestHandler<Total> {
      static made = 0;
      constructor() {
        TotalHandler.made++;
      }
      handle(): number {
        instances.add(this);
        return 0;
      }
    }
    const module = await start({ providers: [TotalHandler] });
    for (let count = 0; count < 10; count++) await module.get(CatgaMediator).send(new Total());
    expect([...instances]).toEqual([module.get(TotalHandler)]);
    expect(TotalHandler.made).toBe(1);
    await module.close();
  });

  it('that takes only the message is called within the call of send', async () => {
    let isCalled = false;
    @RequestHandler(Total)
    class TotalHandler implements IRequestHandler<Total> {
      handle(_query: Total): number {
        isCalled = true;
        return 1;
      }
    }
    const module = await start({ providers: [TotalHandler], services: { clock: new TestClock() } });
    const sent = module.get(CatgaMediator).send(new Total());
    expect(isCalled).toBe(true);
    await sent;
    await module.close();
  });

  it('is found when the application is initialised, not before', async () => {
    const module = await compile({ providers: [Account, AddHandler] });
    await expect(module.get(CatgaMediator).send(new Add(5))).rejects.toMatchObject({
      code: 'CATGA_SHUTTING_DOWN',
    });
    await module.init();
    await expect(module.get(CatgaMediator).send(new Add(5))).resolves.toBe(5);
    await module.close();
  });
});
