import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { DashboardApp, until } from './dashboard.fixture.js';
import { SmallBrowser } from './small-browser.fixture.js';

/** What pages show; `page.long.spec.ts` has them in a browser. Those with pictures need one. */
const PAGES: readonly (readonly [hash: string, heading: string])[] = [
  ['#/subscriptions', 'Subscriptions'],
  ['#/queue', 'Queue'],
  ['#/sagas', 'Sagas'],
  ['#/schedules', 'Schedules'],
  ['#/projections', 'Projections'],
  ['#/letters', 'Dead letters'],
  ['#/failures', 'Failures'],
  ['#/send', 'Send'],
  ['#/nodes/shop-1', 'shop-1'],
];

describe('the script of the page', () => {
  let app: DashboardApp;
  let browser: SmallBrowser;

  beforeAll(async () => {
    app = await DashboardApp.serve();
    await app.fail('bad');
    browser = await SmallBrowser.open(`${app.url}/catga`);
  });

  afterAll(() => app.app.close());

  it('runs, and shows the nodes', async () => {
    await until(() => browser.text.includes('shop-1'));
    expect(browser.heading).toBe('Nodes');
  });

  it.each(PAGES)('shows %s', async (hash, heading) => {
    browser.go(hash);
    await until(() => browser.heading === heading);
  });

  it('shows what the API says', async () => {
    browser.go('#/letters');
    await until(() => browser.text.includes('no box for'));
    browser.go('#/subscriptions');
    await until(() => browser.text.includes('shop.ship'));
  });
});
