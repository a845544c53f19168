import { afterEach, describe, expect, it } from '@jest/globals';
import type { AddressInfo } from 'node:net';
import type { CanActivate, ExecutionContext, INestApplication } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { CatgaError, CatgaNode, MemoryNetwork, memory } from '@catga/core';
import type { Engine } from '@catga/core';
import { catga } from '../application.fixture.js';
import { CatgaHealthModule } from '../health.js';
import type { CatgaHealthOptions } from '../health.js';
import { CatgaMediator, EventHandler, ReliableEvent } from '../index.js';
import type { CatgaHealthDetails, IEventHandler } from '../index.js';

@ReliableEvent()
class Placed {}

@EventHandler(Placed, { name: 'ship', maxAttempts: 1 })
class Ship implements IEventHandler<Placed> {
  async handle(): Promise<void> {
    throw new Error('no box');
  }
}

class AdminGuard implements CanActivate {
  canActivate(context: ExecutionContext): boolean {
    return (
      context.switchToHttp().getRequest<{ headers: Record<string, string> }>().headers['admin'] === 'yes'
    );
  }
}

let app: INestApplication | undefined;
let url = '';

afterEach(async () => {
  await app?.close();
  app = undefined;
});

async function serve(
  health: CatgaHealthOptions = {},
  { engine = memory(), graceMs = 10_000 }: { engine?: Engine; graceMs?: number } = {},
): Promise<INestApplication> {
  const module = await Test.createTestingModule({
    imports: [
      catga({ engine, service: 'shop', nodeId: 'shop-1', health: { graceMs } }),
      CatgaHealthModule.forRoot(health),
    ],
    providers: [Ship],
  }).compile();
  app = module.createNestApplication({ logger: false });
  await app.listen(0, '127.0.0.1');
  url = `http://127.0.0.1:${(app.getHttpServer().address() as AddressInfo).port}`;
  return app;
}

async function get(path: string, headers: Record<string, string> = {}) {
  const response = await fetch(url + path, { headers });
  const body = (await response.json()) as { readonly details?: { readonly catga: unknown } };
  return { status: response.status, catga: body.details?.catga };
}

/** The letter is stored before the progress is. */
const isHandling = ({ subscriptions = [] }: CatgaHealthDetails): boolean =>
  subscriptions.some(({ waiting }) => waiting > 0);

describe('CatgaHealthModule', () => {
  it('serves liveness, readiness and the broker, and no details unless it is told to', async () => {
    await serve();
    expect(await get('/health/live')).toEqual({ status: 200, catga: { status: 'up' } });
    expect(await get('/health/ready')).toMatchObject({
      status: 200,
      catga: { status: 'up', nodeId: 'shop-1' },
    });
    expect(await get('/health/broker')).toEqual({ status: 200, catga: { status: 'up', engine: 'memory' } });
    expect((await get('/health/details')).status).toBe(404);
  });

  it('is not ready without its broker, and lives', async () => {
    const engine = new MemoryNetwork();
    await serve({}, { engine, graceMs: 0 });
    engine.unplug('shop-1');
    while ((await get('/health/broker')).status === 200);
    const reason = expect.stringContaining('out of reach') as unknown;
    expect(await get('/health/ready')).toMatchObject({ status: 503, catga: { status: 'down', reason } });
    expect(await get('/health/broker')).toMatchObject({ status: 503, catga: { status: 'down', reason } });
    expect(await get('/health/live')).toEqual({ status: 200, catga: { status: 'up' } });
  });

  it('is not ready once the node is about to stop, and lives', async () => {
    const node = await serve();
    await node.get(CatgaNode).announceStop();
    expect(await get('/health/ready')).toMatchObject({
      status: 503,
      catga: { status: 'down', reason: 'The node is stopping.' },
    });
    expect(await get('/health/live')).toEqual({ status: 200, catga: { status: 'up' } });
  });

  it('serves details behind guards, under a path', async () => {
    const node = await serve({ path: 'ops/health', details: { guards: [AdminGuard] } });
    expect((await get('/ops/health/details')).status).toBe(403);
    await node.get(CatgaMediator).publish(new Placed());
    let found: { readonly status: number; readonly catga?: unknown };
    do found = await get('/ops/health/details', { admin: 'yes' });
    while (!(found.catga as CatgaHealthDetails).deadLetters || isHandling(found.catga as CatgaHealthDetails));
    expect(found).toMatchObject({
      status: 200,
      catga: {
        status: 'up',
        deadLetters: 1,
        subscriptions: [{ id: 'shop.ship', waiting: 0, lag: { due: 0, delayed: 0, handling: 0 } }],
      },
    });
  });

  it('says in the details why what waits cannot be read, which is no reason to be down', async () => {
    const engine = memory();
    const connect = engine.connect.bind(engine);
    engine.connect = async (...args) => {
      const connection = await connect(...args);
      const list = () => Promise.reject(new CatgaError('CATGA_ENGINE_UNAVAILABLE', 'the broker is away'));
      return {
        ...connection,
        subscriptions: connection.subscriptions && { ...connection.subscriptions, list },
      };
    };
    await serve({ details: { guards: [] } }, { engine });
    expect(await get('/health/details')).toMatchObject({
      status: 200,
      catga: { status: 'up', unreadable: 'the broker is away' },
    });
  });
});
