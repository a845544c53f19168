import 'reflect-metadata';
import { afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { CatgaError, CatgaNode, Command, Message } from '@catga/nestjs';
import { MemoryNetwork } from '@catga/core';
import { TestClock } from '@catga/core/engine';
import type { Clock, Engine, EngineConnection, PagedRecordStore } from '@catga/core/engine';
import { ProxiedEngine } from '@catga/compliance/fixtures';
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

/** A broker with a clock. */
class TimedEngine extends ProxiedEngine {
  constructor(
    network: MemoryNetwork,
    private readonly now: () => number,
  ) {
    super(network);
  }

  protected portsOf(): Partial<EngineConnection> {
    return { serverMs: () => Promise.resolve(this.now()) };
  }
}

/** How long a node waits for its broker. */
interface Slow {
  readMs: number;
  queueMs: number;
}

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

  constructor(
    from: string,
    private readonly engineOn: (network: MemoryNetwork, now: () => number) => Engine = (network) => network,
  ) {
    this.clock = new TestClock(Date.parse(from));
  }

  async start(
    nodeId: string,
    options: Partial<ScheduleOptions<CloseDay>> = {},
    clock: Clock = this.clock,
    slow: Slow = { readMs: 0, queueMs: 0 },
  ) {
    const node = new CatgaNode(
      { engine: this.engineOn(this.network, () => this.clock.now()), nodeId, heartbeat: HEARTBEAT },
      { clock },
    ).handleRequest(CloseDay, (command) => void this.closed.push((command as CloseDay).tick));
    const schedules = new CatgaSchedules(() => ({
      steps: {
        clock,
        serverMs: () => node.steps.serverMs(),
        stop: (...step) => node.steps.stop(...step),
        storeIn: (place) => ({ records: this.slowly(node.steps.storeIn(place).records, slow) }),
      },
      mediator: {
        enqueue: async (command, said) => {
          await this.broker;
          await this.wait(slow.queueMs);
          return node.mediator.enqueue(command, said);
        },
      },
    }));
    const problem = schedules.add({ target: CloseDay, options: { ...OFTEN, ...options } }, 'test');
    await node.init(problem === undefined ? [] : [problem]);
    await node.start();
    schedules.onApplicationBootstrap();
    this.running.set(nodeId, { node, schedules });
    await this.pass(0);
    return schedules;
  }

  /** Records that were read a while before the node hears of it. */
  private slowly(records: PagedRecordStore, slow: Slow): PagedRecordStore {
    const read = async (key: string): ReturnType<PagedRecordStore['read']> => {
      const found = await records.read(key);
      await this.wait(slow.readMs);
      return found;
    };
    return Object.create(records, { read: { value: read } }) as PagedRecordStore;
  }

  private wait(ms: number): Promise<void> | undefined {
    return ms === 0 ? undefined : new Promise((resolve) => void this.clock.setTimer(ms, resolve));
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

  const shifted = (byMs: number): Clock => ({
    now: () => shops.clock.now() + byMs,
    monotonicMs: () => shops.clock.monotonicMs(),
    setTimer: (delayMs, callback) => shops.clock.setTimer(delayMs, callback),
  });

  it('comes by the clock of the broker, whatever those of nodes are', async () => {
    shops = new Shops('2026-06-01T12:00:05Z', (network, now) => new TimedEngine(network, now));
    await shops.start('early', {}, shifted(hours(30)));
    await shops.start('right');
    const late = await shops.start('late', {}, shifted(-hours(30)));
    await shops.pass(seconds(30));
    expect(shops.closed).toEqual(['12:00:10', '12:00:20', '12:00:30']);
    await expect(late.list({ limit: 1 })).resolves.toMatchObject([
      { next: [new Date('2026-06-01T12:00:40Z')] },
    ]);
  });

  it('queues each tick once though the clock of a node is late or early, and a node crashes', async () => {
    shops = new Shops('2026-06-01T12:00:05Z');
    await shops.start('right');
    await shops.start('late', {}, shifted(-seconds(7)));
    await shops.start('early', {}, shifted(seconds(7)));
    await shops.pass(seconds(20));
    shops.crash('early');
    await shops.pass(seconds(20));
    expect(shops.closed).toEqual(['12:00:10', '12:00:20', '12:00:30', '12:00:40']);
  });

  it('queues no tick again that a node had queued which crashed while it was catching up', async () => {
    shops = new Shops('2026-06-01T12:00:05Z');
    const schedule = { cron: '*/5 * * * *', catchUp: 'all' } as const;
    await shops.start('one', schedule);
    await shops.stop('one');
    await shops.pass(minutes(27));
    await shops.start('slow', schedule, shops.clock, { readMs: 0, queueMs: seconds(90) });
    await shops.pass(seconds(200));
    shops.crash('slow');
    expect(shops.closed).toEqual(['12:05:00', '12:10:00']);
    await shops.pass(minutes(5)); // Longer than the engine knows a repetition.
    await shops.start('two', schedule);
    expect(shops.closed.slice(2)).toEqual(['12:15:00', '12:20:00', '12:25:00', '12:30:00', '12:35:00']);
  });

  it('queues no tick again that others have queued while a node was suspended', async () => {
    shops = new Shops('2026-06-01T12:00:05Z');
    const schedule = { cron: '* * * * *', catchUp: 'all' } as const;
    const slow = { readMs: 0, queueMs: 0 };
    await shops.start('suspended', schedule, shops.clock, slow);
    await shops.start('right', schedule);
    slow.readMs = minutes(5);
    await shops.pass(minutes(4));
    slow.readMs = 0;
    await shops.pass(minutes(4));
    expect(shops.closed).toEqual([1, 2, 3, 4, 5, 6, 7, 8].map((minute) => `12:0${minute}:00`));
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
