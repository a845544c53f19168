import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { TestingModule } from '@nestjs/testing';
import { setTimeout as delay } from 'node:timers/promises';
import { nats } from '@catga/nats';
import { redis } from '@catga/redis';
import { NatsServer, RedisServer } from '@catga/servers';
import { start } from '../application.fixture.js';
import { CatgaDeadLetters, CatgaMediator } from '../index.js';
import type { Engine } from '../index.js';
import { ORDER, OrderPlaced, PlaceOrder, PROBLEMS, SEEN, Shop, WRONG } from './orders.fixture.js';

/** Waits for what a broker brings. */
async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await condition())) await delay(5);
}

describe.each<[string, () => Promise<NatsServer | RedisServer>, (url: string) => Engine]>([
  ['NATS', () => NatsServer.spawn(), (url) => nats(url)],
  ['Redis', () => RedisServer.spawn(), (url) => redis(url)],
])('over %s, a message with nested objects', (_broker, spawn, engineAt) => {
  let server: NatsServer | RedisServer;
  let shop: TestingModule;
  let gateway: TestingModule;

  beforeAll(async () => {
    server = await spawn();
    shop = await start({ providers: [Shop], options: { engine: engineAt(server.url), service: 'shop' } });
    gateway = await start({ options: { engine: engineAt(server.url), service: 'gateway' } });
    await until(() => gateway.get(CatgaMediator).nodes().length === 2);
  });
  afterAll(async () => {
    await gateway.close();
    await shop.close();
    await server.stop();
  });

  const letters = async (name: string) => {
    const { items } = await gateway.get(CatgaDeadLetters).list();
    return items.filter((letter) => letter.name === name);
  };

  it('is of its classes and valid as a request to another node', async () => {
    const mediator = gateway.get(CatgaMediator);
    await expect(mediator.send(new PlaceOrder(ORDER))).resolves.toBe(`true ${SEEN}`);
    await expect(mediator.send(new PlaceOrder(WRONG))).rejects.toMatchObject(PROBLEMS);
  });

  it('is of its classes and valid as a stored event, and a dead letter at once if it is invalid', async () => {
    const mediator = gateway.get(CatgaMediator);
    await mediator.publish(new OrderPlaced(ORDER));
    await mediator.publish(new OrderPlaced(WRONG));
    await until(() => shop.get(Shop).placed.length > 0);
    expect(shop.get(Shop).placed).toEqual([SEEN]);
    await until(async () => (await letters('OrderPlaced')).length > 0);
    await expect(letters('OrderPlaced')).resolves.toMatchObject([
      { error: { code: 'CATGA_VALIDATION_FAILED' }, attempts: 1 },
    ]);
  });

  it('is of its classes and valid as a queued command, and a dead letter at once if it is invalid', async () => {
    const mediator = gateway.get(CatgaMediator);
    const { seen } = shop.get(Shop);
    seen.splice(0);
    await mediator.enqueue(new PlaceOrder(ORDER));
    await mediator.enqueue(new PlaceOrder(WRONG));
    await until(() => seen.length > 0);
    expect(seen).toEqual([`true ${SEEN}`]);
    await until(async () => (await letters('PlaceOrder')).length > 0);
    await expect(letters('PlaceOrder')).resolves.toMatchObject([
      { error: { code: 'CATGA_VALIDATION_FAILED' }, attempts: 1 },
    ]);
  });
});
