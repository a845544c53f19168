import { afterEach, describe, expect, it } from '@jest/globals';
import { until } from '@catga/compliance/fixtures';
import { CatgaNode, Command, Message } from '@catga/nestjs';
import type { CatgaOptions } from '@catga/core';
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
  ])('queues each tick once on %s, with three nodes', async (_, spawn, engine) => {
    const server = await spawn();
    ends.push(() => server.stop());
    const ran: string[] = [];
    for (const nodeId of ['one', 'two', 'three']) {
      const node = new CatgaNode({ engine: engine(server.url), nodeId }).handleRequest(
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
    await until(() => ran.length >= 3);
    expect(ran).toEqual([...new Set(ran)]);
    expect(ran.every((id) => /^shop\.sweep@.*\.000Z$/.test(id))).toBe(true);
  });
});
