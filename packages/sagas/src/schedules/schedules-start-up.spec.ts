import 'reflect-metadata';
import { Injectable } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { describe, expect, it } from '@jest/globals';
import { CATGA_NODE_SERVICES, CatgaMediator, CatgaModule, Command, RequestHandler } from '@catga/nestjs';
import { SagaClient } from '@catga/core/admin';
import { TestClock } from '@catga/core/engine';
import { CatgaSchedules, CatgaSchedulesModule, Scheduled } from '../index.js';

class Sweep extends Command<void> {}

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

  it('is refused at start-up with what is no schedule, no command, or without the module', async () => {
    @Injectable()
    @Scheduled(Sweep, { cron: '99 * * * *', name: 'one' })
    @Scheduled(Sweep, { cron: '0 * * * *', timeZone: 'Nowhere', name: 'two' })
    @Scheduled(Sweep, { cron: '0 * * * *', name: 'three' })
    @Scheduled(Sweep, { cron: '0 * * * *', name: 'three' })
    @Scheduled(Object as never, { cron: '0 * * * *', name: 'four' })
    class Wrong {}
    const { module } = await made(Wrong);
    const problem = await module.init().then(
      () => '',
      (thrown: Error) => thrown.message,
    );
    expect(problem).toMatch(/'99 \* \* \* \*' in 'UTC', which is no schedule/);
    expect(problem).toMatch(/in 'Nowhere', which is no schedule/);
    expect(problem).toMatch(/with the name 'three', which another schedule has/);
    expect(problem).toMatch(/without the class of a command/);
    const { module: without } = await made(Wrong, []);
    await expect(without.init()).rejects.toThrow(
      /uses @Scheduled, which has no effect without CatgaSchedulesModule/,
    );
  });
});
