import { afterEach, describe, expect, it } from '@jest/globals';
import { networkInterfaces } from 'node:os';
import { AdminGuard, DashboardApp } from './dashboard.fixture.js';
import type { Platform } from './dashboard.fixture.js';

const READINGS = [
  '/meta',
  '/nodes',
  '/nodes/show?id=a',
  '/stats',
  '/topology',
  '/traffic',
  '/failures',
  '/subscriptions',
]
  .concat(['/messages', '/queue', '/letters', '/letters/groups', '/letters/show?id=a', '/events'])
  .concat(['/sagas', '/sagas/show?saga=a&id=a', '/schedules', '/projections'])
  .map((path) => `/catga/api${path}`);
const ACTIONS = [
  'subscriptions/pause',
  'subscriptions/resume',
  'letters/redrive',
  'letters/drop',
  'letters/edit',
  'messages/send',
  'queue/cancel',
  'queue/reschedule',
  'sagas/retry',
  'sagas/compensate',
  'sagas/complete',
  'projections/pause',
  'projections/resume',
  'projections/rebuild',
].map((path) => `/catga/api/${path}`);

/** Who is served, what other sites can cause, and what replies say to browsers. */
export function securityCases(platform: Platform): void {
  describe(`the security of the dashboard on ${platform}`, () => {
    let app: DashboardApp;
    afterEach(() => app.close());

    it('asks the guard for every page, reading and action', async () => {
      app = await DashboardApp.serve({ guards: [AdminGuard] }, platform);
      const [id] = await app.fail('bad');
      const page = ['/catga', '/catga/assets/:name'];
      const readings = [...page, ...READINGS.map((path) => path.replace(/\?.*/, ''))];
      // There are no others.
      expect(app.routes).toEqual({ GET: readings.toSorted(), POST: ACTIONS.toSorted() });
      for (const path of ['/catga', '/catga/assets/app.js', ...READINGS])
        expect([path, (await app.get(path)).status]).toEqual([path, 403]);
      for (const path of ACTIONS) expect([path, (await app.post(path, { id })).status]).toEqual([path, 403]);
      expect((await app.letters.list()).items).toHaveLength(1);
      expect((await app.get('/catga/api/nodes', { admin: 'yes' })).status).toBe(200);
      expect((await app.post('/catga/api/letters/drop', { id }, { admin: 'yes' })).status).toBe(200);
    });

    it('does nothing for another site', async () => {
      app = await DashboardApp.serve({ guards: [AdminGuard] }, platform);
      const [id] = await app.fail('bad');
      const path = '/catga/api/letters/drop';
      const body = JSON.stringify({ id });
      const fine = { admin: 'yes', 'content-type': 'application/json', 'x-catga-dashboard': '1' };
      const { 'x-catga-dashboard': _, ...withoutHeader } = fine;
      const host = `127.0.0.1:${app.port}`;
      for (const headers of [
        withoutHeader,
        { ...fine, 'content-type': 'text/plain' },
        { ...fine, origin: 'https://evil.example' },
        { ...fine, origin: 'null' },
        { ...fine, origin: `http://${host}`, 'sec-fetch-site': 'cross-site' },
        { ...fine, 'sec-fetch-site': 'same-site' },
      ])
        expect((await app.request('POST', path, headers, body)).status).not.toBe(200);
      for (const action of ACTIONS) {
        const { status, json } = await app.post(
          action,
          { id },
          { admin: 'yes', 'sec-fetch-site': 'cross-site' },
        );
        expect([action, status, json.message]).toEqual([
          action,
          403,
          'The request was caused by another site.',
        ]);
      }
      const foreign: Record<string, string>[] = [
        { origin: 'https://evil.example' },
        { 'sec-fetch-site': 'cross-site' },
      ];
      for (const headers of foreign)
        expect((await app.get('/catga/api/letters', { admin: 'yes', ...headers })).status).toBe(403);
      expect((await app.letters.list()).items).toHaveLength(1);
      const own = { ...fine, origin: `http://${host}`, 'sec-fetch-site': 'same-origin' };
      expect((await app.request('POST', path, own, body)).status).toBe(200);
    });

    it('without guards serves browsers on the same machine only', async () => {
      app = await DashboardApp.serve({}, platform, { host: '0.0.0.0' });
      expect((await app.get('/catga/api/nodes')).status).toBe(200);
      const elsewhere: Record<string, string>[] = [
        { host: 'rebound.example' },
        { 'x-forwarded-for': '127.0.0.1' },
        { forwarded: 'for=10.0.0.1' },
      ];
      for (const headers of elsewhere) {
        const { status, json } = await app.get('/catga/api/nodes', headers);
        expect([status, json.message]).toEqual([403, expect.stringContaining('set the option guards')]);
      }
      const addresses = Object.values(networkInterfaces()).flat();
      for (const { address } of addresses
        .filter((one) => one?.family === 'IPv4' && !one.internal)
        .map((one) => one!)) {
        const response = await fetch(`http://${address}:${app.port}/catga`);
        expect(response.status).toBe(403);
      }
    });

    it('sends a strict policy with every reply, whatever helmet says, refusals included', async () => {
      app = await DashboardApp.serve({ guards: [AdminGuard] }, platform);
      for (const headers of [{}, { admin: 'yes' }] as Record<string, string>[]) {
        for (const path of ['/catga', '/catga/assets/app.css', '/catga/api/nodes', '/catga/api/letters']) {
          const reply = await app.get(path, headers);
          const policy = String(reply.headers['content-security-policy']);
          expect(policy).toMatch(/^default-src 'none'; script-src 'self'; style-src 'self';/);
          expect(policy).not.toMatch(/unsafe|data:|https?:|\*/);
          expect(reply.headers).toMatchObject({
            'x-frame-options': 'DENY',
            'x-content-type-options': 'nosniff',
            'cache-control': 'no-store',
            'cross-origin-resource-policy': 'same-origin',
          });
        }
      }
    });

    it('refuses every action when it is read-only', async () => {
      app = await DashboardApp.serve({ readOnly: true }, platform);
      const [id] = await app.fail('bad');
      for (const path of ACTIONS) {
        const { status, json } = await app.post(path, { id });
        expect([status, json.message]).toEqual([403, 'The dashboard is read-only.']);
      }
      expect((await app.get('/catga/api/meta')).json.readOnly).toBe(true);
    });

    it('serves its own files and no others, by relative addresses', async () => {
      app = await DashboardApp.serve({ path: 'ops/catga' }, platform, { prefix: 'v1' });
      const document = await app.get('/v1/ops/catga', { 'sec-fetch-site': 'cross-site' });
      expect(document.text).toContain('src="catga/assets/app.js"');
      expect(document.headers['content-type']).toBe('text/html; charset=utf-8');
      const script = await app.get('/v1/ops/catga/assets/app.js');
      expect([script.status, script.headers['content-type']]).toEqual([
        200,
        'text/javascript; charset=utf-8',
      ]);
      expect(script.text).not.toMatch(/innerHTML\s*=\s*[^.]*https?:\/\/(?!www\.w3\.org)/);
      for (const name of ['package.json', '..%2fpackage.json', 'constructor', '__proto__'])
        expect((await app.get(`/v1/ops/catga/assets/${name}`)).status).toBe(404);
    });
  });
}
