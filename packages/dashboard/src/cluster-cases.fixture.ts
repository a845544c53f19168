import { afterEach, describe, expect, it } from '@jest/globals';
import { Agent, get as httpGet } from 'node:http';
import type { MessageView, PageView, SentView } from './api/views.js';
import { DashboardApp, until } from './dashboard.fixture.js';
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

    it('sends messages by hand: checked by their schema, told in the log without content, redacted', async () => {
      const redact = (payload: unknown, { what }: { readonly what: string }) =>
        what === 'error' || what === 'result'
          ? (JSON.parse(JSON.stringify(payload).replaceAll('4111', '***')) as unknown)
          : payload;
      app = await DashboardApp.serve({ actor: () => 'ann', redact }, platform);
      const api = '/catga/api/messages';
      const { items } = (await app.get<PageView<MessageView>>(api)).json;
      expect(items).toMatchObject([
        { name: 'orders.place.v1', actions: ['enqueue', 'send'] },
        { name: 'orders.placed.v1', actions: ['publish'] },
      ]);
      expect(JSON.parse(items[0]?.schema ?? '')).toMatchObject({ properties: { order: { type: 'string' } } });
      const send = (action: string, name: string, content: unknown, more: object = {}) =>
        app.post<SentView & { readonly message?: string }>(`${api}/send`, { action, name, content, ...more });
      const sent = await send('send', 'orders.place.v1', { order: 'tea' });
      expect(JSON.parse(sent.json.result ?? '')).toEqual({ placed: 'tea', card: '***' });
      expect((await send('publish', 'orders.placed.v1', { order: 'mate' })).status).toBe(200);
      const queued = await send(
        'enqueue',
        'orders.place.v1',
        { order: 'tea' },
        { messageId: 'q1', delayMs: 5 },
      );
      expect(queued.json).toEqual({ messageId: 'q1' });
      await until(() => app.shipped.includes('mate'));
      for (const [action, name, content, status, message] of [
        ['send', 'orders.place.v1', { order: '' }, 422, /order: /],
        ['enqueue', 'orders.place.v1', { order: 1 }, 422, /order: /],
        ['send', 'orders.place.v1', { order: 'bad' }, 422, /^no shelf for card \*\*\*$/],
        ['publish', 'orders.place.v1', {}, 404, /has no handler/],
        ['send', 'catga.admin.stats', {}, 404, /has no handler/],
        ['send', 'orders.place.v1', [], 400, /invalid/],
      ] as const) {
        const reply = await send(action, name, content);
        expect([reply.status, reply.json.message]).toEqual([status, expect.stringMatching(message)]);
      }
      expect(app.log.lines).toContain('send {"name":"orders.place.v1"} by "ann": done');
      expect(app.log.lines.join()).not.toContain('"tea"');
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
