import { afterEach, describe, expect, it } from '@jest/globals';
import { CatgaMediator } from '@catga/nestjs';
import type { SagaDetailView, SagaPageView, SchedulesView } from './api/views.js';
import { DashboardApp, Placed, until } from './dashboard.fixture.js';
import { FULFILMENT, SAGAS } from './sagas.fixture.js';

const API = '/catga/api';

describe('sagas and schedules on the dashboard', () => {
  let app: DashboardApp;
  afterEach(() => app.close());

  const show = (id: string) =>
    app.get<SagaDetailView>(`${API}/sagas/show?saga=${FULFILMENT}&id=${encodeURIComponent(id)}`);
  const steer = (action: string, id: string, more: object = {}) =>
    app.post<{ readonly message?: string }>(`${API}/sagas/${action}`, { saga: FULFILMENT, id, ...more });
  async function begin(...ids: readonly string[]): Promise<void> {
    for (const id of ids) await app.app.get(CatgaMediator).publish(new Placed(id));
    for (const id of ids) await until(async () => (await show(id)).json.revision === 2);
  }

  it('are listed by name and status, a page at a time, and shown, redacted', async () => {
    const redact = (payload: unknown) =>
      JSON.parse(JSON.stringify(payload).replaceAll('4111', '***')) as unknown;
    app = await DashboardApp.serve({ redact }, 'express', SAGAS);
    await begin('tea', 'a/b', 'milk');
    const list = async (query = ''): Promise<SagaPageView> =>
      (await app.get<SagaPageView>(`${API}/sagas${query}`)).json;
    const ids: string[] = [];
    let next: string | undefined;
    do {
      const page: SagaPageView = await list(
        `?limit=2${next === undefined ? '' : `&after=${encodeURIComponent(next)}`}`,
      );
      expect(page).toMatchObject({ names: [FULFILMENT], unreadable: 0 });
      ids.push(...page.items.map(({ id }) => id));
      next = page.next;
    } while (next !== undefined);
    expect(ids.toSorted()).toEqual(['a/b', 'milk', 'tea']);
    expect((await list('?status=stuck')).items).toEqual([]);
    const { json } = await show('a/b');
    expect(JSON.parse(json.state)).toEqual({ order: 'a/b', card: '***' });
    expect(json).toMatchObject({ status: 'running', undo: ['orders.cancel.v1'], history: [{}, {}] });
    await steer('compensate', 'a/b', { reason: 'card 4111 is lost' });
    await until(async () => (await list('?status=stuck')).items.length === 1);
    expect((await list(`?saga=${FULFILMENT}&status=stuck`)).items).toMatchObject([
      {
        id: 'a/b',
        reason: 'card *** is lost',
        problem: 'orders.cancel.v1 failed: the bank refuses card ***',
      },
    ]);
    const schedules = await app.get<SchedulesView>(`${API}/schedules`);
    expect(schedules.json).toMatchObject({
      items: [{ name: 'orders.yearly', timeZone: 'UTC' }],
      unanswered: [],
    });
    expect(schedules.json.items[0]?.nextMs).toHaveLength(5);
    for (const query of ['?status=x', '?limit=0'])
      expect((await app.get(`${API}/sagas${query}`)).status).toBe(400);
  });

  it('are steered where their status allows it, with a line in the log', async () => {
    app = await DashboardApp.serve({ actor: () => 'ann' }, 'express', SAGAS);
    await begin('tea');
    expect(await steer('retry', 'tea')).toMatchObject({
      status: 409,
      json: { message: 'The saga is not stuck.' },
    });
    expect((await steer('compensate', 'tea')).status).toBe(200);
    await until(async () => (await show('tea')).json.status === 'stuck');
    expect((await steer('compensate', 'tea')).status).toBe(409);
    expect((await steer('retry', 'tea')).status).toBe(200);
    await until(async () => (await show('tea')).json.status === 'stuck');
    expect((await steer('complete', 'tea', { reason: 'by hand' })).status).toBe(200);
    expect((await show('tea')).json).toMatchObject({ status: 'completed', reason: 'by hand' });
    expect((await steer('complete', 'tea')).status).toBe(409);
    for (const { status } of [await steer('complete', 'nobody'), await show('nobody')])
      expect(status).toBe(404);
    expect((await steer('complete', 'tea', { extra: 1 })).status).toBe(400);
    const of = JSON.stringify({ saga: FULFILMENT, id: 'tea', reason: 'by hand' });
    expect(app.log.lines).toContain(`complete saga ${of} by "ann": done`);
  });
});
