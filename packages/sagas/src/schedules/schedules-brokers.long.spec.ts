import { afterEach, describe, expect, it } from '@jest/globals';
import { until } from '@catga/compliance/fixtures';
import { CatgaNode, Command, Message } from '@catga/nestjs';
import type { CatgaOptions } from '@catga/core';
import { systemClock } from '@catga/core/engine';
import { nats } from '@catga/nats';
import { redis } from '@catga/redis';
import { NatsServer, RedisServer } from '@catga/servers';
import { CatgaSchedules } from './catga-schedules.js';

@Message({ name: 'shop.sweep' })
class Sweep extends Command<void> {}

describe('a schedule of every second', () => {
  const ends: (() => Promise<void>)[] = [];
  afterEach(async () => {
    for (const end of ends.splice(0).reverse()) await end();
  });

  it.each<
    [string, () => Promise<{ url: string; stop(): Promise<void> }>, (url: string) => CatgaOptions['engine']]
  >([
    ['NATS', () => NatsServer.spawn(), nats],
    ['Redis', () => RedisServer.spawn(), redis],
  ])(
    'queues each tick once on %s, by its clock, with three nodes that have others',
    async (_, spawn, engine) => {
      const server = await spawn();
      ends.push(() => server.stop());
      const ran: string[] = [];
      for (const [nodeId, byMs] of [
        ['one', 0],
        ['early', 3_600_000],
        ['late', -3_600_000],
      ] as const) {
        const clock = { ...systemClock, now: () => systemClock.now() + byMs };
        const node = new CatgaNode({ engine: engine(server.url), nodeId }, { clock }).handleRequest(
          Sweep,
          (_command, { messageId }) => void ran.push(messageId),
        );
        const schedules = new CatgaSchedules(() => node);
        expect(schedules.add({ target: Sweep, options: { cron: '* * * * * *' } }, 'test')).toBeUndefined();
        await node.init();
        await node.start();
        schedules.onApplicationBootstrap();
        ends.push(async () => {
          schedules.onModuleDestroy();
          await node.stop();
        });
      }
      const startMs = Date.now();
      await until(() => ran.length >= 3);
      expect(ran).toEqual([...new Set(ran)]);
      const ticks = ran.map((id) => Date.parse(id.replace('shop.sweep@', '')));
      expect(ticks.filter((tick) => Math.abs(tick - startMs) > 600_000)).toEqual([]);
      expect(ran.every((id) => /^shop\.sweep@.*\.000Z$/.test(id))).toBe(true);
    },
  );
});
