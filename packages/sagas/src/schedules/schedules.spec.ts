import 'reflect-metadata';
import { afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { CatgaError, CatgaNode, Command, Message } from '@catga/nestjs';
import { MemoryNetwork } from '@catga/core';
import { TestClock } from '@catga/core/engine';
import type { Clock } from '@catga/core/engine';
import { CatgaSchedules } from './catga-schedules.js';
import type { ScheduleOptions } from './scheduled.decorator.js';
import { hours, minutes, seconds } from '../definition/durations.js';

@Message({ name: 'shop.close-day' })
class CloseDay extends Command<void> {
  constructor(readonly tick: string) {
    super();
  }
}

const OFTEN = {
  cron: '*/10 * * * * *',
  command: (tick: Date) => new CloseDay(tick.toISOString().slice(11, 19)),
};
const HEARTBEAT = { intervalMs: hours(100), timeoutMs: hours(500) };

/** Nodes with one schedule, on a network, from a time on. */
class Shops {
  readonly clock: TestClock;
  readonly closed: string[] = [];
  private readonly network = new MemoryNetwork();
  private broker: Promise<void> = Promise.resolve();
  private readonly running = new Map<
    string,
    { readonly node: CatgaNode; readonly schedules: CatgaSchedules }
  >();

  constructor(from: string) {
    this.clock = new TestClock(Date.parse(from));
  }

  async start(nodeId: string, options: Partial<ScheduleOptions<CloseDay>> = {}, clock: Clock = this.clock) {
    const node = new CatgaNode(
      { engine: this.network, nodeId, heartbeat: HEARTBEAT },
      { clock },
    ).handleRequest(CloseDay, (command) => void this.closed.push((command as CloseDay).tick));
    const schedules = new CatgaSchedules(() => ({
      steps: node.steps,
      mediator: { enqueue: (command, said) => this.broker.then(() => node.mediator.enqueue(command, said)) },
    }));
    const problem = schedules.add({ target: CloseDay, options: { ...OFTEN, ...options } }, 'test');
    await node.init(problem === undefined ? [] : [problem]);
    await node.start();
    schedules.onApplicationBootstrap();
    this.running.set(nodeId, { node, schedules });
    await this.pass(0);
    return schedules;
  }

  crash(nodeId: string): void {
    this.network.crash(nodeId);
    this.running.delete(nodeId);
  }

  /** The broker takes nothing for a while. */
  async whileAway(ms: number): Promise<void> {
    this.broker = Promise.reject(new CatgaError('CATGA_ENGINE_UNAVAILABLE', 'The broker is away.'));
    this.broker.catch(() => {});
    await this.pass(ms);
    this.broker = Promise.resolve();
  }

  async stop(nodeId: string): Promise<void> {
    const { node, schedules } = this.running.get(nodeId)!;
    this.running.delete(nodeId);
    const end = async (): Promise<void> => {
      await node.drain();
      schedules.onModuleDestroy();
      await schedules.beforeApplicationShutdown();
      await node.close();
    };
    const stopped = end();
    await this.pass(seconds(20));
    await stopped;
  }

  async pass(ms: number): Promise<void> {
    await this.clock.advance(ms);
    await this.clock.advance(0);
  }

  async close(): Promise<void> {
    for (const nodeId of this.running.keys()) await this.stop(nodeId);
  }
}

describe('a schedule', () => {
  let shops: Shops;
  beforeAll(() => Logger.overrideLogger(false));
  afterEach(() => shops.close());

  it('queues each tick once, however many nodes there are', async () => {
    shops = new Shops('2026-06-01T12:00:05Z');
    for (const nodeId of ['one', 'two', 'three']) await shops.start(nodeId);
    await shops.pass(seconds(30));
    expect(shops.closed).toEqual(['12:00:10', '12:00:20', '12:00:30']);
  });

  it('goes on after a restart with the latest tick that was missed, and queues none from before it was there', async () => {
    shops = new Shops('2026-06-01T12:00:05Z');
    await shops.start('one');
    await shops.stop('one');
    await shops.pass(hours(1));
    await shops.start('one');
    await shops.start('two');
    await shops.pass(seconds(10));
    expect(shops.closed).toEqual(['13:00:20', '13:00:30']);
  });

  it.each([
    ['all', ['12:05:00', '12:10:00', '12:15:00', '12:20:00']],
    ['last', ['12:15:00', '12:20:00']],
    ['none', ['12:20:00']],
  ] as const)('with catchUp %s catches up with that', async (catchUp, closed) => {
    shops = new Shops('2026-06-01T12:00:05Z');
    const schedule = { cron: '*/5 * * * *', catchUp };
    await shops.start('one', schedule);
    await shops.stop('one');
    await shops.pass(minutes(17));
    await shops.start('one', schedule);
    await shops.pass(minutes(3));
    expect(shops.closed).toEqual(closed);
  });

  it('queues each tick once though the clock of a node is late or early, and a node crashes', async () => {
    shops = new Shops('2026-06-01T12:00:05Z');
    const shifted = (byMs: number): Clock => ({
      now: () => shops.clock.now() + byMs,
      monotonicMs: () => shops.clock.monotonicMs(),
      setTimer: (delayMs, callback) => shops.clock.setTimer(delayMs, callback),
    });
    await shops.start('right');
    await shops.start('late', {}, shifted(-seconds(7)));
    await shops.start('early', {}, shifted(seconds(7)));
    await shops.pass(seconds(20));
    shops.crash('early');
    await shops.pass(seconds(20));
    expect(shops.closed).toEqual(['12:00:10', '12:00:20', '12:00:30', '12:00:40']);
  });

  it('waits for a broker that is away', async () => {
    shops = new Shops('2026-06-01T12:00:05Z');
    await shops.start('one');
    await shops.whileAway(seconds(20));
    await shops.pass(seconds(5));
    expect(shops.closed).toEqual(['12:00:20', '12:00:30']);
  });

  it('is listed with its next ticks and its latest one', async () => {
    shops = new Shops('2026-06-01T12:00:05Z');
    const schedules = await shops.start('one');
    await shops.pass(seconds(10));
    await expect(schedules.list({ limit: 2 })).resolves.toEqual([
      {
        name: 'shop.close-day',
        command: 'shop.close-day',
        cron: OFTEN.cron,
        timeZone: 'UTC',
        catchUp: 'last',
        lastTick: new Date('2026-06-01T12:00:10Z'),
        next: [new Date('2026-06-01T12:00:20Z'), new Date('2026-06-01T12:00:30Z')],
      },
    ]);
    await expect(schedules.list({ limit: 0 })).rejects.toMatchObject({ code: 'CATGA_VALIDATION_FAILED' });
  });
});
