import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { LetterGroupsView, LetterView, PageView } from './api/views.js';
import { DashboardApp, until } from './dashboard.fixture.js';
import { TestBrowser, axeFindings } from './page.fixture.js';
import { SimulatedCluster } from './simulated-cluster.fixture.js';

const NODES = 50;
const LETTERS = 100_000;
/** No reply of the API may be larger, in bytes. */
const LARGEST_REPLY = 256 * 1024;

function report(figures: readonly object[]): void {
  for (const figure of figures) process.stdout.write(`${JSON.stringify(figure)}\n`);
}

describe(`the dashboard of ${NODES} nodes and ${LETTERS} dead letters`, () => {
  const cluster = new SimulatedCluster();
  let app: DashboardApp;
  beforeAll(async () => {
    app = await DashboardApp.serve({}, 'express', { engine: cluster.engine, namespace: cluster.namespace });
    await cluster.start(NODES - 1);
    await cluster.fail(LETTERS);
    await until(
      async () => (await app.get<PageView<object>>('/catga/api/nodes')).json.items.length === NODES,
    );
  });
  afterAll(async () => {
    await app.close();
    await cluster.close();
  });

  it('replies in bounded pages, and counts groups once for all who ask', async () => {
    const figures: object[] = [];
    const delay = monitorEventLoopDelay({ resolution: 5 });
    delay.enable();
    const ask = async <T>(path: string) => {
      const begun = performance.now();
      const { status, text, json } = await app.get<T>(`/catga/api/${path}`);
      figures.push({ path, ms: Math.round(performance.now() - begun), bytes: text.length });
      expect([path, status]).toEqual([path, 200]);
      expect(text.length).toBeLessThan(LARGEST_REPLY);
      return json;
    };
    for (const path of ['nodes', 'stats', 'topology', 'subscriptions', 'failures', 'traffic'])
      await ask(path);
    let counted: LetterGroupsView;
    do counted = await ask('letters/groups');
    while (counted.isCounting);
    expect(counted).toMatchObject({ counted: LETTERS, isComplete: true });
    expect(counted.items).toHaveLength(10);
    const { next } = await ask<PageView<LetterView>>('letters');
    expect((await ask<PageView<LetterView>>(`letters?limit=200&after=${next}`)).items).toHaveLength(200);
    // Looks at a part of the letters only.
    expect(await ask('letters?text=nowhere')).toMatchObject({ items: [], next: expect.any(String) });
    await ask('letters/groups');
    report([...figures, { 'longest pause of the event loop, ms': Math.round(delay.max / 1e6) }]);
  });

  it('is a page that answers at once', async () => {
    const browser = await TestBrowser.start();
    const { page, found } = await browser.open(`${app.url}/catga`);
    await page.evaluate(
      "window.longest = 0; new PerformanceObserver((list) => list.getEntries().forEach((one) => (window.longest = Math.max(window.longest, one.duration)))).observe({ entryTypes: ['longtask'] })",
    );
    const figures: Record<string, number> = {};
    for (const name of ['Nodes', 'Topology', 'Traffic', 'Subscriptions', 'Failures', 'Dead letters']) {
      const begun = performance.now();
      await page.getByRole('link', { name, exact: true }).click();
      await page.getByRole('heading', { level: 1, name }).waitFor();
      await page.getByText('Loading…').first().waitFor({ state: 'detached' });
      figures[name] = Math.round(performance.now() - begun);
    }
    await page.getByText('100,000 letters were counted.').waitFor();
    for (let pages = 0; pages < 3; pages++) {
      const begun = performance.now();
      const first = await page
        .getByRole('table', { name: 'Dead letters' })
        .getByRole('rowheader')
        .first()
        .textContent();
      await page.getByRole('button', { name: 'Next page' }).click();
      await page.getByText(first!, { exact: true }).waitFor({ state: 'detached' });
      figures[`next page ${pages}`] = Math.round(performance.now() - begun);
    }
    expect(await page.getByRole('row').count()).toBeLessThan(300);
    figures['longest task'] = await page.evaluate<number>('window.longest');
    figures['rows'] = await page.getByRole('row').count();
    report([figures]);
    expect(found).toEqual([]);
    await browser.close();
  });

  it('draws the topology with rates, and what is handled over time', async () => {
    const browser = await TestBrowser.start();
    const { page, found } = await browser.open(`${app.url}/catga#/topology`);
    const picture = page.getByRole('img', { name: '11 services, 10 connections' });
    await picture
      .getByText(/^[\d.]+\/s$/)
      .nth(9)
      .waitFor();
    expect(await axeFindings(page)).toEqual([]);
    await page.getByRole('link', { name: 'Traffic', exact: true }).click();
    await page.getByRole('img', { name: /^Throughput.*handled [1-9]/ }).waitFor();
    expect(await page.locator('canvas').count()).toBe(5);
    expect(await axeFindings(page)).toEqual([]);
    expect(found).toEqual([]);
    await browser.close();
  });

  it('shows that a node has died', async () => {
    const browser = await TestBrowser.start();
    const { page, found } = await browser.open(`${app.url}/catga`);
    const row = page.getByRole('row', { name: 'service-3-2' });
    await row.getByText('alive').waitFor();
    cluster.kill('service-3-2');
    await row.waitFor({ state: 'detached' });
    expect(found).toEqual([]);
    await browser.close();
  });
});
