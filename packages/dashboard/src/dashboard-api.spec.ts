import { afterEach, describe, expect, it } from '@jest/globals';
import { get as httpGet } from 'node:http';
import { DashboardApp } from './dashboard.fixture.js';
import type { BatchStepView, LetterDetailView, LetterGroupsView, LetterView, PageView } from './api/views.js';
import type { Platform } from './dashboard.fixture.js';

let app: DashboardApp;
afterEach(() => app.close());

describe.each<Platform>(['express', 'fastify'])('the API of the dashboard on %s', (platform) => {
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
});

describe('dead letters in the dashboard', () => {
  const api = '/catga/api/letters';

  it('are listed in pages, found by text, grouped and shown with their attempts', async () => {
    app = await DashboardApp.serve({ traceUrl: 'https://traces.example/{traceId}' });
    const ids = await app.fail('bad 1', 'bad 2', 'bad 3');
    const first = (await app.get<PageView<LetterView>>(`${api}?limit=2`)).json;
    expect(first.items.map(({ id }) => id)).toEqual(ids.slice(0, 2));
    const after = encodeURIComponent(first.next ?? '');
    const second = (await app.get<PageView<LetterView>>(`${api}?limit=2&after=${after}`)).json;
    expect([second.items.length, second.next]).toEqual([1, undefined]);
    expect((await app.get(`${api}?text=BAD%202`)).json.items).toMatchObject([{ id: ids[1] }]);
    expect((await app.get(`${api}?errorCode=E1`)).json.items).toEqual([]);
    expect((await app.get(`${api}/groups`)).json).toMatchObject({
      items: [{ subscription: 'shop.ship', count: 3, error: { name: 'RangeError' } }],
      counted: 3,
      isComplete: true,
    });
    const shown = (await app.get<LetterDetailView>(`${api}/show?id=${encodeURIComponent(ids[0]!)}`)).json;
    expect(shown).toMatchObject({
      attempts: 1,
      isEditable: true,
      history: [],
      traceUrl: `https://traces.example/${'ab'.repeat(16)}`,
    });
    expect(JSON.parse(shown.content ?? '')).toEqual({ order: 'bad 1', card: '4111' });
    expect((await app.get(`${api}/show?id=nothing`)).status).toBe(404);
  });

  it('are given back with other content, one by one, by group, or all, and dropped', async () => {
    app = await DashboardApp.serve();
    const [one, two] = await app.fail('bad 1', 'bad 2', 'bad x', 'bad y');
    const edited = await app.post(`${api}/edit`, { id: one, content: { order: 'good' } });
    expect([edited.status, typeof edited.json.messageId]).toEqual([200, 'string']);
    expect((await app.post(`${api}/edit`, { id: one, content: {} })).status).toBe(404);
    expect((await app.post(`${api}/redrive`, { id: two })).status).toBe(200);
    expect((await app.post(`${api}/drop`, { id: two })).status).toBe(404);
    const { items } = (await app.get<LetterGroupsView>(`${api}/groups`)).json;
    const group = items.find(({ error }) => error.message.endsWith('bad x'))?.key;
    expect((await app.post(`${api}/drop`, { filter: {}, group })).json).toMatchObject({
      succeeded: 1,
      failed: 0,
    });
    expect((await app.post(`${api}/redrive`, { filter: { text: 'bad y' } })).json.succeeded).toBe(1);
    const { until, ...rest } = (await app.post<BatchStepView>(`${api}/drop`, { filter: {} })).json;
    expect([rest.next, Number.isNaN(Date.parse(until))]).toEqual([undefined, false]);
    for (const body of [{}, { filter: { unknown: 1 } }, { id: 1 }, []])
      expect((await app.post(`${api}/drop`, body)).status).toBe(400);
    expect(app.log.lines.filter((line) => line.startsWith('drop {'))).toHaveLength(3);
  });

  it('move in steps, of which each says where the next begins', async () => {
    app = await DashboardApp.serve();
    await app.fail(...Array.from({ length: 130 }, (_, index) => `bad ${index}`));
    const first = (await app.post<BatchStepView>(`${api}/drop`, { filter: {} })).json;
    expect(first).toMatchObject({ succeeded: 100, failed: 0 });
    const { next: after, until } = first;
    const second = (await app.post<BatchStepView>(`${api}/drop`, { filter: {}, after, until })).json;
    expect([second.succeeded, second.next]).toEqual([30, undefined]);
  });

  it('are redacted before they leave the process, with the failures', async () => {
    app = await DashboardApp.serve({
      redact: (payload, { what }) => {
        if (what === 'headers') throw new Error('no headers');
        if (what === 'error') return String(payload).replace('bad', '***');
        return what === 'content' ? { ...(payload as object), card: '***' } : payload;
      },
    });
    const [id] = await app.fail('bad 1');
    const shown = await app.get<LetterDetailView>(`${api}/show?id=${encodeURIComponent(id!)}`);
    expect(JSON.parse(shown.json.content ?? '')).toEqual({ order: 'bad 1', card: '***' });
    expect(shown.json).toMatchObject({ isEditable: false, headers: '{}' });
    expect((await app.post(`${api}/edit`, { id, content: {} })).status).toBe(409);
    const replies = [
      shown,
      ...(await Promise.all([api, `${api}/groups`, '/catga/api/failures'].map((path) => app.get(path)))),
    ];
    for (const { status, text } of replies) {
      expect(status).toBe(200);
      expect(text).not.toMatch(/4111|blue/);
      expect(text).toContain('***');
    }
    expect((await app.get(`${api}?text=4111`)).json.items).toEqual([]);
    expect((await app.get('/catga/api/failures')).json.items).toMatchObject([
      { nodeId: 'shop-1', name: 'orders.placed.v1', disposition: 'dead-lettered' },
    ]);
  });
});
