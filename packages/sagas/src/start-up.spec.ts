import 'reflect-metadata';
import { afterEach, describe, expect, it } from '@jest/globals';
import { CatgaModule, Command, ReliableEvent } from '@catga/nestjs';
import { Injectable, Module, Scope } from '@nestjs/common';
import type { Provider } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import type { TestingModule } from '@nestjs/testing';
import { CatgaMediator, EventHandler, RequestHandler } from '@catga/nestjs';
import { CatgaSagas, CatgaSagasModule, On, OnResult, Saga, StartedBy, UpgradeState } from './index.js';
import type { SagaContext } from './index.js';

@ReliableEvent()
class Opened {
  constructor(readonly id: string) {}
}

@ReliableEvent()
class Closed {
  constructor(readonly id: string) {}
}

class Plain {
  readonly id = 'a';
}

class Ask extends Command<string> {
  constructor(readonly id: string) {
    super();
  }
}

const idOf = ({ id }: { readonly id: string }): string => id;
const silent = { log() {}, warn() {}, error() {}, debug() {} };

describe('an application with sagas', () => {
  let module: TestingModule | undefined;
  afterEach(async () => {
    await module?.close();
    module = undefined;
  });

  async function start(
    providers: Provider[],
    imports = [CatgaSagasModule.forRoot()],
  ): Promise<TestingModule> {
    const made = await Test.createTestingModule({ imports: [CatgaModule.forRoot(), ...imports], providers })
      .setLogger(silent)
      .compile();
    module = await made.init();
    return module;
  }

  async function problemsOf(
    providers: Provider[],
    imports = [CatgaSagasModule.forRoot()],
  ): Promise<readonly string[]> {
    const error: unknown = await start(providers, imports).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'CATGA_CONFIGURATION' });
    return (error as { readonly details: { readonly problems: readonly string[] } }).details.problems;
  }

  it('runs its sagas, with what they inject, a new instance for each input where their scope says so', async () => {
    let made = 0;
    @Injectable()
    class Names {
      readonly list: string[] = [];
    }
    @Saga({ name: 'scoped' })
    @Injectable({ scope: Scope.REQUEST })
    class Scoped {
      constructor(private readonly names: Names) {
        made += 1;
      }
      @StartedBy(Opened, idOf)
      open({ id }: Opened, saga: SagaContext<{ id: string }>): void {
        this.names.list.push(`opened ${id}`);
        saga.state = { id };
        saga.send(new Ask(id));
      }
      @OnResult(Ask)
      answered(answer: string, saga: SagaContext<{ id: string }>): void {
        this.names.list.push(`${saga.state.id}: ${answer}`);
        saga.complete();
      }
    }
    @Injectable()
    class Answers {
      @RequestHandler(Ask)
      answer({ id }: Ask): string {
        return `answer to ${id}`;
      }
      @EventHandler(Opened)
      other(): void {}
    }
    await start([Names, Scoped, Answers]);
    await module!.get(CatgaMediator).publish(new Opened('a'));
    const { list } = module!.get(Names);
    while (list.length < 2) await new Promise((resolve) => void setImmediate(resolve));
    expect(list).toEqual(['opened a', 'a: answer to a']);
    expect(made).toBe(2);
    const sagas = module!.get(CatgaSagas);
    while ((await sagas.get('scoped', 'a'))?.status !== 'completed')
      await new Promise((resolve) => void setImmediate(resolve));
  });

  it('does not start without a start, a correlation, a reliable event, an upgrade', async () => {
    @Saga({ name: 'endless', version: 3 })
    class Endless {
      @On(Opened, undefined as unknown as typeof idOf)
      opened(_: Opened): void {}
      @On(Plain as never, idOf)
      plain(_: unknown): void {}
      @UpgradeState(1)
      up(): void {}
    }
    @Saga({ name: '' })
    class Nameless {}
    const problems = await problemsOf([Endless, Nameless]);
    expect(problems).toEqual([
      "Endless (RootTestModule) uses @On(Opened) without a function that returns the saga's id.",
      'Endless (RootTestModule) handles the event Plain, which is not reliable: decorate the event with @ReliableEvent().',
      'Endless (RootTestModule) has no start: decorate the method of the event that starts it with @StartedBy.',
      'Endless (RootTestModule) has state of version 3, and no @UpgradeState(2): running sagas may have such a state.',
      expect.stringMatching(/^Nameless \(RootTestModule\) has wrong options: name: /),
    ]);
  });

  it('does not start with inputs of no saga, nor with options that handlers do not take', async () => {
    class Forgetful {
      @StartedBy(Opened, idOf)
      open(_: Opened): void {}
    }
    @Saga({ name: 'heir' })
    class Base {
      @StartedBy(Opened, idOf)
      open(_: Opened): void {}
    }
    class Heir extends Base {}
    @Saga({ name: '%'.repeat(90), concurrency: 0, maxAttempts: -1, startFrom: 'end' as 'new' })
    class Wrong extends Base {}
    @Saga({ name: 'wrong', concurrency: 0, maxAttempts: -1, startFrom: 'end' as 'new' })
    class Handling extends Base {}
    const problems = await problemsOf([Forgetful, Heir, Wrong, Handling]);
    expect(problems).toEqual(
      expect.arrayContaining([
        'Forgetful (RootTestModule) has inputs of a saga, which have no effect without @Saga.',
        'Heir (RootTestModule) has inputs of a saga, which have no effect without @Saga.',
        'Wrong (RootTestModule) has wrong options: name: must be text that a key can hold',
        ...['concurrency', 'maxAttempts', 'startFrom'].map((option) =>
          expect.stringMatching(`^wrong \\(Handling .*has wrong options: ${option}: `),
        ),
      ]),
    );
  });

  it('does not start with two sagas of one name, nor with two methods for one input', async () => {
    @Saga({ name: 'same' })
    class One {
      @StartedBy(Opened, idOf)
      open(_: Opened): void {}
    }
    @Saga({ name: 'same' })
    class Other extends One {}
    @Saga({ name: 'double', version: 1 })
    class Double {
      @StartedBy(Opened, idOf)
      open(_: Opened): void {}
      @On(Closed, idOf)
      close(_: Closed): void {}
      @On(Closed, idOf)
      closeToo(_: Closed): void {}
      @OnResult(Ask)
      a(_: string): void {}
      @OnResult(Ask)
      b(_: string): void {}
      @UpgradeState(1)
      up(): void {}
      @StartedBy(Opened, idOf)
      static open(_: Opened): void {}
    }
    expect(await problemsOf([One, Other, Double])).toEqual([
      "Two sagas are named 'same', One (RootTestModule) and Other (RootTestModule): give one of them another name, or provide it once.",
      'Double (RootTestModule) decorates the static method open, which has no instance: make it a method of the instance.',
      'Double (RootTestModule) has two methods with @On(Closed): keep one.',
      'Double (RootTestModule) has two methods for @OnResult(Ask): keep one.',
      'Double (RootTestModule) has @UpgradeState(1), but its state has version 1: raise the version of @Saga.',
    ]);
  });

  it('does not start without CatgaSagasModule, without which a saga would have no effect', async () => {
    @Saga({ name: 'alone' })
    class Alone {
      @StartedBy(Opened, idOf)
      open(_: Opened): void {}
    }
    @Module({ providers: [Alone] })
    class Orders {}
    expect(await problemsOf([], [Orders as never])).toEqual([
      'Alone (Orders) uses @Saga, which has no effect without CatgaSagasModule: import it.',
    ]);
  });
});
