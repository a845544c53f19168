import 'reflect-metadata';
import { Injectable, Module } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { describe, expect, it } from '@jest/globals';
import { CATGA_NODE_SERVICES, CatgaMediator, CatgaModule, Command, RequestHandler } from '@catga/nestjs';
import { describeApplication } from '@catga/nestjs/describe';
import { SagaClient } from '@catga/core/admin';
import { TestClock } from '@catga/core/engine';
import { CatgaSchedules, CatgaSchedulesModule, Scheduled } from '../index.js';

class Sweep extends Command<void> {}
const Unnamed = (() => class extends Command<void> {})();

const silent = { log() {}, warn() {}, error() {}, debug() {} };

class Services {}

describe('@Scheduled', () => {
  async function made(provider: new () => object, imports = [CatgaSchedulesModule.forRoot()]) {
    const clock = new TestClock();
    const services = {
      module: Services,
      global: true,
      providers: [{ provide: CATGA_NODE_SERVICES, useValue: { clock } }],
      exports: [CATGA_NODE_SERVICES],
    };
    const module = await Test.createTestingModule({
      imports: [services, CatgaModule.forRoot(), ...imports],
      providers: [provider],
    })
      .setLogger(silent)
      .compile();
    return { module, clock };
  }

  it('queues the command of a handler in an application', async () => {
    const ran: string[] = [];
    @Scheduled(Sweep, { cron: '*/10 * * * * *', name: 'sweep.often' })
    @Scheduled(Sweep, { cron: '* * * * *', name: 'sweep.seldom' })
    @RequestHandler(Sweep)
    class SweepHandler {
      handle(_: Sweep, context: { readonly messageId: string }): void {
        ran.push(context.messageId.replace(/@.*/, ''));
      }
    }
    const { module, clock } = await made(SweepHandler);
    await module.init();
    const schedules = module.get(CatgaSchedules);
    expect((await schedules.list()).map(({ name }) => name)).toEqual(['sweep.often', 'sweep.seldom']);
    const tools = new SagaClient(module.get(CatgaMediator));
    const { items, unanswered } = await tools.schedules(2);
    expect(unanswered).toEqual([]);
    expect(items).toMatchObject([
      { name: 'sweep.often', command: 'Sweep', cron: '*/10 * * * * *', timeZone: 'UTC', catchUp: 'last' },
      { name: 'sweep.seldom' },
    ]);
    expect(items.map(({ nextMs: [first = 0, second = 0] }) => second - first)).toEqual([10_000, 60_000]);
    for (let second = 0; second < 60; second++) await clock.advance(1000);
    expect(ran.filter((name) => name === 'sweep.often')).toHaveLength(6);
    expect(ran.filter((name) => name === 'sweep.seldom')).toHaveLength(1);
    const closed = module.close();
    for (let second = 0; second < 20; second++) await clock.advance(1000);
    await closed;
  });

  it('is part of the description of an application', async () => {
    @Scheduled(Sweep, { cron: '* * * * *' })
    @RequestHandler(Sweep)
    class SweepHandler {
      handle(): void {}
    }
    @Module({ imports: [CatgaModule.forRoot(), CatgaSchedulesModule.forRoot()], providers: [SweepHandler] })
    class AppModule {}
    const { messages } = await describeApplication(AppModule);
    expect(messages.map(({ name }) => name)).toEqual(['Sweep']);
  });

  it('is refused at start-up with what is no schedule, no command, or without the module', async () => {
    @Injectable()
    @Scheduled(Sweep, { cron: '99 * * * *', name: 'one' })
    @Scheduled(Sweep, { cron: '0 * * * *', timeZone: 'Nowhere', name: 'two' })
    @Scheduled(Sweep, { cron: '0 * * * *', name: 'three' })
    @Scheduled(Sweep, { cron: '0 * * * *', name: 'three' })
    @Scheduled(Object as never, { cron: '0 * * * *', name: 'four' })
    @Scheduled(undefined as never, { cron: '0 * * * *', name: 'five' })
    @Scheduled(Unnamed, { cron: '0 * * * *', name: 'six' })
    @Scheduled(Sweep, { cron: '0 0 30 2 *', name: 'seven' })
    @Scheduled(Sweep, { cron: '2031-01-01T00:00:00', name: 'eight' })
    @Scheduled(Sweep, { cron: '0 0 0 1 1 * 2031', name: 'nine' })
    @Scheduled(Sweep, { cron: '0 * * * *', name: '', timeZone: '', catchUp: 'some' as 'all' })
    @Scheduled(Sweep, { cron: '0 * * * *', name: '字'.repeat(101), timezone: 'UTC' } as never)
    class Wrong {}
    const { module } = await made(Wrong);
    const problem = await module.init().then(
      () => '',
      (thrown: Error) => thrown.message,
    );
    expect(problem).toMatch(/'99 \* \* \* \*' in 'UTC': /);
    expect(problem).toMatch(/in 'Nowhere': /);
    expect(problem).toMatch(/with the name 'three', which another schedule uses/);
    expect(problem).toMatch(/with the event Object: only commands can be queued/);
    expect(problem).toMatch(/without the class of a command; is it undefined/);
    expect(problem).toMatch(/with a wrong message: Message .*an anonymous class needs/);
    expect(problem).toMatch(/'0 0 30 2 \*' in 'UTC': RangeError: it never comes/);
    expect(problem).toMatch(/'2031-01-01T00:00:00' in 'UTC': /);
    expect(problem).toMatch(/'0 0 0 1 1 \* 2031' in 'UTC': /);
    expect(problem).toMatch(/wrong options: timeZone: [^;]*; catchUp: [^;]*; name: /);
    expect(problem).toMatch(/wrong options: name: [^;]*; options: .*timezone/);
    const { module: without } = await made(Wrong, []);
    await expect(without.init()).rejects.toThrow(
      /uses @Scheduled, which has no effect without CatgaSchedulesModule/,
    );
  });
});
