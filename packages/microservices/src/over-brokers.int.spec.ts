import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { INestMicroservice } from '@nestjs/common';
import type { TestingModule } from '@nestjs/testing';
import { until } from '@catga/compliance/fixtures';
import type { CatgaModuleOptions } from '@catga/nestjs';
import { nats } from '@catga/nats';
import { redis } from '@catga/redis';
import { NatsServer, RedisServer } from '@catga/servers';
import { firstValueFrom } from 'rxjs';
import { CatgaClientProxy, CatgaRecord } from './index.js';
import { Heard, compile, serve } from './shop.fixture.js';

describe.each([
  ['NATS', () => NatsServer.spawn(), nats],
  ['Redis', () => RedisServer.spawn(), redis],
] as const)('@nestjs/microservices over Catga on %s', (_, spawn, engineOf) => {
  const heard = new Heard();
  let broker: Awaited<ReturnType<typeof spawn>>;
  let server: INestMicroservice;
  let caller: TestingModule;

  beforeAll(async () => {
    broker = await spawn();
    const engine = (): CatgaModuleOptions['engine'] => engineOf(broker.url);
    server = await serve({ engine: engine(), service: 'maths' }, heard);
    caller = await compile({ engine: engine(), service: 'shop' });
    await caller.init();
  });

  afterAll(async () => {
    await caller.close();
    await server.close();
    await broker.stop();
  });

  it('requests by patterns of any form, errors, and reliable events reach their handlers', async () => {
    const client = caller.get(CatgaClientProxy);
    await expect(firstValueFrom(client.send({ cmd: 'echo' }, ['any', 1]))).resolves.toEqual(['any', 1]);
    await expect(firstValueFrom(client.send('errors.throw', { kind: 'http' }))).rejects.toMatchObject({
      statusCode: 404,
    });
    await firstValueFrom(client.emit('stock.changed', new CatgaRecord({ sku: 'a', left: 2 }, { qos: 1 })), {
      defaultValue: undefined,
    });
    await until(() => heard.said.length === 1);
    expect(heard).toMatchObject({ failures: 1, said: [{ sku: 'a', left: 2 }] });
  });
});
