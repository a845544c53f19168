import { afterEach, describe, expect, it } from '@jest/globals';
import type { ProjectionsView } from './api/views.js';
import { DashboardApp, until } from './dashboard.fixture.js';
import { COUNT, PROJECTIONS, append } from './projections.fixture.js';

const API = '/catga/api/projections';

describe('projections on the dashboard', () => {
  let app: DashboardApp;
  afterEach(() => app.close());

  const list = async (): Promise<ProjectionsView['items']> =>
    (await app.get<ProjectionsView>(API)).json.items;
  const isNow = (status: string, eventsBehind: number): Promise<void> =>
    until(async () => {
      const [one] = await list();
      return one?.status === status && one.eventsBehind === eventsBehind;
    });
  const steer = (action: string, more: object = {}) =>
    app.post<{ readonly message?: string }>(`${API}/${action}`, {
      projection: COUNT,
      service: 'shop',
      version: 1,
      ...more,
    });

  it('are listed with what they have not taken and why they have stopped, redacted', async () => {
    const redact = (payload: unknown, { what, name }: { readonly what: string; readonly name?: string }) =>
      what === 'error' && name === COUNT ? String(payload).replace('4111', '***') : payload;
    app = await DashboardApp.serve({ redact }, 'express', PROJECTIONS);
    await append(app, 'tea', 'bad milk', 'coffee');
    await isNow('stopped', 2);
    expect((await app.get<ProjectionsView>(API)).json).toMatchObject({
      items: [
        {
          projection: COUNT,
          service: 'shop',
          version: 1,
          build: 1,
          checkpoint: expect.any(String) as unknown,
          behindMs: expect.any(Number) as unknown,
          problem: expect.stringMatching(/^orders\/all@2 orders.placed.v1: .*of card \*\*\*$/) as unknown,
        },
      ],
      unanswered: [],
    });
  });

  it('are steered where their status allows it, with a line in the log', async () => {
    app = await DashboardApp.serve({ actor: () => 'ann' }, 'express', PROJECTIONS);
    await append(app, 'tea');
    await isNow('running', 0);
    expect(await steer('resume')).toMatchObject({
      status: 409,
      json: { message: 'The projection is neither paused nor stopped.' },
    });
    expect((await steer('pause')).status).toBe(200);
    // What was read before is forgotten.
    expect((await list())[0]?.status).toBe('paused');
    expect((await steer('pause')).status).toBe(409);
    await append(app, 'coffee');
    expect((await steer('resume')).status).toBe(200);
    await isNow('running', 0);
    expect((await steer('rebuild')).json.message).toMatch(/no tables/);
    for (const more of [{ projection: 'none' }, { service: 'none' }, { version: 2 }])
      expect((await steer('pause', more)).status).toBe(404);
    for (const more of [{ version: '1' }, { extra: 1 }])
      expect((await steer('pause', more)).status).toBe(400);
    const of = JSON.stringify({ projection: COUNT, service: 'shop', version: 1 });
    expect(app.log.lines).toContain(`pause projection ${of} by "ann": done`);
  });
});
