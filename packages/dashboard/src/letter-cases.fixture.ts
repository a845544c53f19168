import { afterEach, describe, expect, it } from '@jest/globals';
import { CatgaMediator } from '@catga/nestjs';
import type { Engine } from '@catga/nestjs';
import type {
  BatchStepView,
  LetterDetailView,
  LetterGroupsView,
  LetterView,
  PageView,
  QueuedCommandView,
} from './api/views.js';
import { DashboardApp, Place, until } from './dashboard.fixture.js';
import type { CatgaDashboardOptions } from './index.js';

const api = '/catga/api/letters';

/** The groups once all letters are counted: on a busy machine that takes longer than a reply waits. */
export async function groupsOf(app: DashboardApp): Promise<LetterGroupsView> {
  for (;;) {
    const { json } = await app.get<LetterGroupsView>(`${api}/groups`);
    if (!json.isCounting) return json;
  }
}

/** What the API tells and does of dead letters, on any engine. */
export function letterCases(engine: string, engineOf?: () => Engine): void {
  describe(`dead letters in the dashboard on ${engine}`, () => {
    let app: DashboardApp;
    afterEach(() => app.close());
    const serve = (options: CatgaDashboardOptions = {}) =>
      DashboardApp.serve(options, 'express', { engine: engineOf?.() });

    it('are listed in pages, found by text, grouped and shown with their attempts', async () => {
      app = await serve({ traceUrl: 'https://traces.example/{traceId}' });
      const ids = await app.fail('bad 1', 'bad 2', 'bad 3');
      const first = (await app.get<PageView<LetterView>>(`${api}?limit=2`)).json;
      expect(first.items.map(({ id }) => id)).toEqual(ids.slice(0, 2));
      const after = encodeURIComponent(first.next ?? '');
      const second = (await app.get<PageView<LetterView>>(`${api}?limit=2&after=${after}`)).json;
      expect([second.items.length, second.next]).toEqual([1, undefined]);
      expect((await app.get(`${api}?text=BAD%202`)).json.items).toMatchObject([{ id: ids[1] }]);
      expect((await app.get(`${api}?errorCode=E1`)).json.items).toEqual([]);
      expect(await groupsOf(app)).toMatchObject({
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
      app = await serve();
      const [one, two] = await app.fail('bad 1', 'bad 2', 'bad x', 'bad y');
      const edited = await app.post(`${api}/edit`, { id: one, content: { order: 'good' } });
      expect([edited.status, typeof edited.json.messageId]).toEqual([200, 'string']);
      expect((await app.post(`${api}/edit`, { id: one, content: {} })).status).toBe(404);
      expect((await app.post(`${api}/redrive`, { id: two })).status).toBe(200);
      expect((await app.post(`${api}/drop`, { id: two })).status).toBe(404);
      const { items } = await groupsOf(app);
      const group = items.find(({ error }) => error.message.endsWith('bad x'))?.key;
      expect((await app.post(`${api}/drop`, { filter: {}, group })).json).toMatchObject({
        succeeded: 1,
        failed: 0,
      });
      expect((await app.post(`${api}/redrive`, { filter: { text: 'bad y' } })).json.succeeded).toBe(1);
      const rest = (await app.post<BatchStepView>(`${api}/drop`, { filter: {} })).json;
      expect([rest.next, Number.isNaN(Date.parse(rest.until))]).toEqual([undefined, false]);
      for (const body of [{}, { filter: { unknown: 1 } }, { id: 1 }, []])
        expect((await app.post(`${api}/drop`, body)).status).toBe(400);
      expect(app.log.lines.filter((line) => line.startsWith('drop {'))).toHaveLength(3);
    });

    it('move in steps, of which each says where the next begins', async () => {
      app = await serve();
      await app.fail(...Array.from({ length: 130 }, (_, index) => `bad ${index}`));
      const first = (await app.post<BatchStepView>(`${api}/drop`, { filter: {} })).json;
      expect(first).toMatchObject({ succeeded: 100, failed: 0 });
      const { next: after, until: end } = first;
      const second = (await app.post<BatchStepView>(`${api}/drop`, { filter: {}, after, until: end })).json;
      expect([second.succeeded, second.next]).toEqual([30, undefined]);
    });

    it('are redriven once by one action, even if the clock of the node that fails on them again runs behind', async () => {
      app = await serve();
      await app.fail(...Array.from({ length: 110 }, (_, index) => `bad ${index}`));
      const areFailed = (count: number) => until(async () => (await app.stored()).length === count);
      // The letters that fail again do so before this.
      const end = new Date(Date.now() + 3_600_000).toISOString();
      let position: Partial<BatchStepView> & { readonly after?: string | undefined } = {};
      let redriven = 0;
      do {
        const { next, batch, succeeded }: BatchStepView = (
          await app.post<BatchStepView>(`${api}/redrive`, {
            filter: {},
            until: end,
            after: position.after,
            batch: position.batch,
          })
        ).json;
        redriven += succeeded;
        await areFailed(110);
        position = { after: next, batch };
      } while (position.after !== undefined);
      expect(redriven).toBe(110);
      expect((await app.stored()).map(({ history }) => history.length)).toEqual(Array(110).fill(1));
    });

    it('are redacted before they leave the process, with the failures', async () => {
      app = await serve({
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

    it('are beside queued commands, which are listed, rescheduled and cancelled', async () => {
      app = await serve({ actor: () => 'ann' });
      const queue = '/catga/api/queue';
      const enqueue = (messageId: string) =>
        app.app.get(CatgaMediator).enqueue(new Place('tea'), { messageId, delayMs: 3_600_000 });
      await enqueue('q1');
      await enqueue('q2');
      const list = async () => (await app.get<PageView<QueuedCommandView>>(queue)).json.items;
      const command = { name: 'orders.place.v1', messageId: 'q1' };
      expect(await list()).toMatchObject([
        { ...command, state: 'delayed', dueAt: expect.any(String) },
        { messageId: 'q2' },
      ]);
      expect((await app.get(`${queue}?name=other`)).json.items).toEqual([]);
      expect((await app.post(`${queue}/cancel`, command)).status).toBe(200);
      expect((await app.post(`${queue}/cancel`, command)).status).toBe(404);
      const soon = { ...command, messageId: 'q2', delayMs: 0 };
      expect((await app.post(`${queue}/reschedule`, soon)).status).toBe(200);
      await until(() => app.placed.length === 1);
      await until(async () => (await list()).length === 0);
      expect((await app.post(`${queue}/reschedule`, { ...soon, delayMs: -1 })).status).toBe(400);
      expect(app.log.lines).toContain(`cancel ${JSON.stringify(command)} by "ann": done`);
    });
  });
}
