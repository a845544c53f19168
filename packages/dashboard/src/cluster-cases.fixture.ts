import { afterEach, describe, expect, it } from '@jest/globals';
import { Agent, get as httpGet } from 'node:http';
import { DashboardApp } from './dashboard.fixture.js';
import type { Platform } from './dashboard.fixture.js';

/** What the API tells and does of the cluster, and how its stream ends. */
export function clusterCases(platform: Platform): void {
  describe(`the API of the dashboard on ${platform}`, () => {
    let app: DashboardApp;
    afterEach(() => app.close());

    it('tells of nodes, topology, subscriptions and statistics in bounded pages', async () => {
      app = await DashboardApp.serve({ path: '/ops/catga/' }, platform, { prefix: 'v1' });
      const api = '/v1/ops/catga/api';
      expect((await app.get(`${api}/meta`)).json).toMatchObject({
        nodeId: 'shop-1',
        engine: 'memory',
        readOnly: false,
      });
      expect((await app.get(`${api}/nodes`)).json).toMatchObject({
        items: [{ nodeId: 'shop-1', service: 'shop', status: 'alive', handles: 1 }],
      });
      expect((await app.get(`${api}/nodes/show?id=shop-1`)).json).toMatchObject({
        node: { nodeId: 'shop-1' },
        description: { engine: 'memory' },
        stats: { failures: {} },
      });
      expect((await app.get(`${api}/nodes/show?id=nobody`)).status).toBe(404);
      expect((await app.get(`${api}/stats`)).json.items).toMatchObject([{ nodeId: 'shop-1', stats: {} }]);
      expect((await app.get(`${api}/topology`)).json.services).toMatchObject([{ service: 'shop' }]);
      expect((await app.get(`${api}/subscriptions`)).json.items).toMatchObject([
        { id: 'queue.orders.place.v1' },
        { id: 'shop.ship', isPaused: false },
      ]);
      for (const query of ['limit=0', 'limit=1001', 'limit=x'])
        expect((await app.get(`${api}/nodes?${query}`)).status).toBe(400);
    });

    it('pauses and resumes a subscription, and writes who did it', async () => {
      app = await DashboardApp.serve({ actor: () => 'ann\nbob' }, platform);
      const api = '/catga/api/subscriptions';
      expect(await app.post(`${api}/pause`, { id: 'shop.ship' })).toMatchObject({ status: 200 });
      expect((await app.get(api)).json.items).toMatchObject([{ isPaused: false }, { isPaused: true }]);
      expect((await app.post(`${api}/resume`, { id: 'shop.ship' })).status).toBe(200);
      expect((await app.post(`${api}/resume`, { id: 'shop.ship' })).status).toBe(404);
      expect(app.log.lines).toEqual(
        expect.arrayContaining([
          'pause {"id":"shop.ship"} by "ann\\nbob": done',
          'resume {"id":"shop.ship"} by "ann\\nbob": failed, "The subscription is not paused."',
        ]),
      );
    });

    it('says at once and from time to time that there is something to read, and lets the server stop', async () => {
      app = await DashboardApp.serve({}, platform);
      const [type, policy, text] = await new Promise<(string | undefined)[]>((resolve, reject) => {
        httpGet(`${app.url}/catga/api/events`, (response) => {
          let all = '';
          response.setEncoding('utf8').on('data', (chunk: string) => {
            all += chunk;
            if (!all.includes('data: {}')) return;
            resolve([
              response.headers['content-type'],
              String(response.headers['content-security-policy']),
              all,
            ]);
          });
        }).on('error', reject);
      });
      expect(type).toMatch(/^text\/event-stream/);
      expect(policy).toMatch(/^default-src 'none'/);
      expect(text).toContain('event: changed');
    });

    it('lets the server stop although a page asks for the stream again and again', async () => {
      app = await DashboardApp.serve({}, platform);
      const agent = new Agent({ keepAlive: true, maxSockets: 1 });
      const listen = (begun = () => {}) =>
        new Promise<void>((resolve, reject) => {
          httpGet(`${app.url}/catga/api/events`, { agent }, (response) => {
            response.once('data', begun).on('end', resolve);
          }).on('error', reject);
        });
      let asked: Promise<void> | undefined;
      await new Promise<void>((begun) => {
        asked = (async () => {
          for (;;) await listen(begun);
        })();
      });
      // Until there is no server.
      await Promise.all([expect(asked).rejects.toThrow(/ECONNREFUSED|ECONNRESET|hang up/), app.close()]);
      agent.destroy();
    });
  });
}
