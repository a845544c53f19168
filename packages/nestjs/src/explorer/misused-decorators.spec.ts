import { describe, expect, it } from '@jest/globals';
import { Injectable, Module } from '@nestjs/common';
import { LazyModuleLoader } from '@nestjs/core';
import { TestClock } from '@catga/core/engine';
import { LogBook, refusal, start } from '../application.fixture.js';
import { CatgaMediator, Command, EventHandler, Query, RequestHandler } from '../index.js';

class Add extends Command<number> {}
class Total extends Query<number> {}
class Added {}

/** As a circular import leaves it. */
const missing = undefined as never;
const key = Symbol('onAdded');

describe('an application does not start, and names the class, with', () => {
  it('a handler of what a circular import left undefined, all of them at once', async () => {
    @RequestHandler(missing)
    class AddHandler {
      handle(): void {}
    }
    @Injectable()
    class Mail {
      @EventHandler(Added, missing)
      onAdded(): void {}

      @RequestHandler(missing)
      onTotal(): void {}
    }
    const { code, message } = await refusal({ providers: [AddHandler, Mail] });
    expect(code).toBe('CATGA_CONFIGURATION');
    expect(message).toContain(
      'AddHandler (RootTestModule) uses @RequestHandler with undefined: a circular import?',
    );
    expect(message).toContain(
      'Mail (RootTestModule) uses @EventHandler, whose event 2 is undefined: a circular',
    );
    expect(message).toContain('(method onAdded)');
    expect(message).toContain('(method onTotal)');
  });

  it.each<[string, readonly unknown[], string]>([
    ['no event', [], 'uses @EventHandler without an event'],
    ['only options', [{ name: 'mail' }], 'uses @EventHandler without an event'],
    ['a list of events', [[Added]], 'event 1 is an array'],
    ['a hole', [Added, undefined, Added], 'event 2 is undefined: a circular import?'],
    ['options that are undefined', [Added, undefined], 'event 2 is undefined'],
    ['options before an event', [{ name: 'mail' }, Added], 'event 1 is a value of type object'],
    ['a name', ['Added'], 'event 1 is a value of type string'],
    ['null', [null], 'event 1 is null'],
    ['an arrow function', [() => Added], 'event 1 is a function that is not a class'],
    ['Object', [Object], 'event 1 is Object'],
  ])('@EventHandler of %s', async (_what, messages, problem) => {
    class Mail {
      handle(): void {}
    }
    (EventHandler as (...all: readonly unknown[]) => (target: object) => void)(...messages)(Mail);
    const { message } = await refusal({ providers: [Mail] });
    expect(message).toContain(`Mail (RootTestModule) uses @EventHandler`);
    expect(message).toContain(problem);
  });

  it('a handler that is static, or no method', async () => {
    class Mail {
      @EventHandler(Added)
      static onAdded(): void {}

      @(EventHandler(Added) as (target: object, member: string) => void)
      later = (): void => {};

      @(EventHandler(Added) as MethodDecorator)
      get now(): number {
        return 1;
      }
    }
    const { message } = await refusal({ providers: [Mail] });
    expect(message).toContain('Mail (RootTestModule) uses @EventHandler on the static method onAdded');
    expect(message).toContain('uses @EventHandler on later, which is not a method');
    expect(message).toContain('uses @EventHandler on now, which is not a method');
  });
});

describe('a handler is found', () => {
  const sum = async (providers: Parameters<typeof refusal>[0]['providers']): Promise<unknown> => {
    const module = await start({ providers });
    try {
      return await module.get(CatgaMediator).send(new Add());
    } finally {
      await module.close();
    }
  };

  it('on a method that is named by a symbol', async () => {
    const seen: object[] = [];
    @Injectable()
    class Audit {
      @EventHandler(Added)
      [key](event: Added): void {
        seen.push(event);
      }
    }
    const module = await start({ providers: [Audit] });
    await module.get(CatgaMediator).publish(new Added());
    expect(seen).toEqual([new Added()]);
    await module.close();
  });

  it('on an abstract class that a provider extends', async () => {
    @RequestHandler(Add)
    abstract class Base {
      handle(): number {
        return this.amount();
      }
      protected abstract amount(): number;
    }
    @Injectable()
    class Three extends Base {
      protected amount(): number {
        return 3;
      }
    }
    await expect(sum([Three])).resolves.toBe(3);
  });

  it('on a method of a base class, overridden or not', async () => {
    abstract class Base {
      @RequestHandler(Add)
      add(_command: Add): number {
        return 1;
      }
      @RequestHandler(Total)
      total(_query: Total): number {
        return 10;
      }
    }
    @Injectable()
    class Overriding extends Base {
      override add(): number {
        return 2;
      }
    }
    const module = await start({ providers: [Overriding] });
    await expect(module.get(CatgaMediator).send(new Add())).resolves.toBe(2);
    await expect(module.get(CatgaMediator).send(new Total())).resolves.toBe(10);
    await module.close();
  });
});

describe('a handler in a module that is loaded lazily', () => {
  it('is reported, once, with what to do', async () => {
    @RequestHandler(Add)
    class AddHandler {
      handle(): number {
        return 1;
      }
    }
    @Module({ providers: [AddHandler] })
    class LazyModule {}
    const logger = new LogBook();
    const clock = new TestClock();
    const module = await start({ logger, services: { clock } });
    await module.get(LazyModuleLoader).load(() => LazyModule);
    await clock.advance(15_000);
    const lines = logger.at('error').filter((line) => line.includes('AddHandler (LazyModule)'));
    expect(lines).toEqual([
      expect.stringMatching(/loaded after the start, and are never called.*import the module/),
    ]);
    await module.close();
  });
});
