import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { nats } from '@catga/nats';
import { redis } from '@catga/redis';
import { NatsServer, RedisServer } from '@catga/servers';
import { DashboardApp } from './dashboard.fixture.js';
import { groupsOf } from './letter-cases.fixture.js';

const brokers = [
  { name: 'NATS', spawn: () => NatsServer.spawn(), engineOf: nats },
  { name: 'Redis', spawn: () => RedisServer.spawn(), engineOf: redis },
];

// All cases of dead letters: in dashboard-brokers.long.spec.ts.
describe.each(brokers)('the dashboard on $name', ({ spawn, engineOf }) => {
  let server: NatsServer | RedisServer;
  beforeAll(async () => {
    server = await spawn();
  });
  afterAll(() => server.stop());

  it('tells of the cluster, pauses, and moves dead letters', async () => {
    const app = await DashboardApp.serve({}, 'express', { engine: engineOf(server.url) });
    const api = '/catga/api';
    expect((await app.get(`${api}/nodes`)).json.items).toMatchObject([{ nodeId: 'shop-1', status: 'alive' }]);
    expect((await app.get(`${api}/nodes/show?id=shop-1`)).json).toMatchObject({ stats: { failures: {} } });
    for (const [action, isPaused] of [
      ['pause', true],
      ['resume', false],
    ] as const) {
      expect((await app.post(`${api}/subscriptions/${action}`, { id: 'shop.ship' })).status).toBe(200);
      expect((await app.get(`${api}/subscriptions`)).json.items).toContainEqual(
        expect.objectContaining({ id: 'shop.ship', isPaused }),
      );
    }
    const [one, two] = await app.fail('bad 1', 'bad 2', 'bad x');
    expect((await app.get(`${api}/letters?text=bad%202`)).json.items).toMatchObject([{ id: two }]);
    expect((await app.post(`${api}/letters/edit`, { id: one, content: { order: 'good' } })).status).toBe(200);
    const { items } = await groupsOf(app);
    const group = items.find(({ error }) => error.message.endsWith('bad x'))?.key;
    expect((await app.post(`${api}/letters/drop`, { filter: {}, group })).json).toMatchObject({
      succeeded: 1,
      failed: 0,
    });
    expect((await app.stored()).map(({ id }) => id)).toEqual([two]);
    await app.close();
  });
});
