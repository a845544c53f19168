import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { nats } from '@catga/nats';
import { CatgaMediator } from '@catga/nestjs';
import { NatsServer } from '@catga/servers';
import { AdminGuard, DashboardApp, Place, Placed, until } from './dashboard.fixture.js';
import { TestBrowser, axeFindings } from './page.fixture.js';
import { COUNT, PROJECTIONS, append } from './projections.fixture.js';
import { FULFILMENT, SAGAS } from './sagas.fixture.js';

let browser: TestBrowser;
let app: DashboardApp;
let server: NatsServer | undefined;
let worker: ChildProcess | undefined;
beforeAll(async () => {
  browser = await TestBrowser.start();
});
afterAll(() => browser.close());
afterEach(async () => {
  // With its tabs open.
  await app.close();
  await browser.closePages();
  worker?.kill('SIGKILL');
  await server?.stop();
  server = undefined;
});

/** A node in a process of its own. */
function startWorker(url: string, namespace: string): ChildProcess {
  const heartbeat = { intervalMs: 500, timeoutMs: 2_000 };
  const options = { namespace, service: 'work', nodeId: 'worker-1', heartbeat };
  const program = `
    const { CatgaNode } = require('@catga/core');
    const { nats } = require('@catga/nats');
    const node = new CatgaNode({ engine: nats(${JSON.stringify(url)}), ...${JSON.stringify(options)} });
    node.init().then(() => node.start()).then(() => setInterval(() => node.beat(), ${heartbeat.intervalMs}));`;
  return spawn(process.execPath, ['-e', program], {
    cwd: fileURLToPath(new URL('..', import.meta.url)),
    stdio: 'inherit',
  });
}

const isGone = () => until(async () => (await app.letters.list()).items.length === 0);

describe('the page of the dashboard', () => {
  it.each(['light', 'dark'] as const)(
    'shows the nodes, and axe finds nothing on any page: %s',
    async (colorScheme) => {
      app = await DashboardApp.serve({}, 'express', {
        imports: [...SAGAS.imports, ...PROJECTIONS.imports],
        providers: [...SAGAS.providers, ...PROJECTIONS.providers],
      });
      await app.fail('bad 1');
      await append(app, 'bad 1');
      const { page, found } = await browser.open(`${app.url}/catga`, { colorScheme });
      await page.getByRole('link', { name: 'shop-1' }).waitFor();
      for (const name of [
        'Nodes',
        'Topology',
        'Traffic',
        'Subscriptions',
        'Queue',
        'Sagas',
        'Schedules',
        'Projections',
        'Dead letters',
        'Failures',
        'Send',
      ]) {
        await page.getByRole('link', { name, exact: true }).click();
        await page.getByRole('heading', { level: 1, name }).waitFor();
        await page.getByText('Loading…').first().waitFor({ state: 'detached' });
        // Its first points come in a few seconds.
        if (name === 'Traffic') await page.locator('canvas').nth(4).waitFor();
        expect(await axeFindings(page)).toEqual([]);
      }
      await page.getByRole('link', { name: 'Sagas' }).click();
      await page.getByRole('link', { name: 'bad 1' }).click();
      await page.getByRole('heading', { name: 'Steps' }).waitFor();
      expect(await axeFindings(page)).toEqual([]);
      await page.getByRole('link', { name: 'Dead letters' }).click();
      await page.getByRole('link', { name: /orders\.placed/ }).click();
      await page.getByRole('heading', { name: 'Attempts' }).waitFor();
      expect(await axeFindings(page)).toEqual([]);
      expect(found).toEqual([]);
    },
  );

  it('gives a letter back by clicking, with other content too, and shows its text as text', async () => {
    app = await DashboardApp.serve();
    await app.fail('bad 1');
    const { page, found } = await browser.open(`${app.url}/catga#/letters`);
    await page.getByText('<img src=x onerror=alert(#)> bad #').first().waitFor();
    expect(await page.locator('img').count()).toBe(0);
    await page.getByRole('link', { name: /orders\.placed/ }).click();
    await page.getByText('<img src=x onerror=alert(1)> bad 1').first().waitFor();
    expect(await page.locator('img').count()).toBe(0);
    await page.getByRole('button', { name: 'Edit and retry' }).click();
    await page.getByRole('textbox', { name: 'Content' }).fill('{"order":"good"}');
    await page.getByRole('button', { name: 'Retry with this content' }).click();
    await page.getByRole('status').getByText('It is redriven').waitFor();
    await until(() => app.shipped.includes('good'));
    await isGone();
    expect(found).toEqual([]);
  });

  it('gives a letter back, and drops a group, by keyboard alone', async () => {
    app = await DashboardApp.serve();
    await app.fail('bad 1');
    const { page, found } = await browser.open(`${app.url}/catga`);
    /** Presses Tab, or another key, until the thing has the focus. */
    const reach = async (name: RegExp, key = 'Tab'): Promise<void> => {
      for (let presses = 0; presses < 60; presses++) {
        await page.keyboard.press(key);
        const text = await page.evaluate<string>(
          "document.activeElement === document.body ? '' : (document.activeElement.getAttribute('aria-label') ?? document.activeElement.textContent)",
        );
        if (name.test(text)) return;
      }
      throw new Error(`${name} cannot be reached by Tab`);
    };
    await page.getByRole('link', { name: 'shop-1' }).waitFor();
    await reach(/^Dead letters$/);
    await page.keyboard.press('Enter');
    await page.getByRole('link', { name: /orders\.placed/ }).waitFor();
    await reach(/orders\.placed/);
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: 'Redrive', exact: true }).waitFor();
    await reach(/^Redrive$/);
    await page.keyboard.press('Enter');
    await page.getByRole('status').getByText('The letter is redriven').waitFor();
    // It fails again, with a history.
    await until(async () => (await app.letters.list()).items[0]?.history.length === 1);
    await reach(/^Refresh$/);
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: /^Drop group/ }).waitFor();
    await reach(/^Drop group/);
    await page.keyboard.press('Enter');
    await page.getByRole('dialog').waitFor();
    // Cancel has the focus first.
    await reach(/^Drop group$/, 'Shift+Tab');
    await page.keyboard.press('Enter');
    await page.getByRole('status').getByText('1 done, 0 failed.').waitFor();
    await isGone();
    expect(found).toEqual([]);
  });

  it('pauses and resumes a subscription, in Chinese too', async () => {
    app = await DashboardApp.serve();
    const { page, found } = await browser.open(`${app.url}/catga#/subscriptions`);
    await page.getByRole('button', { name: 'Pause shop.ship' }).click();
    await page.getByRole('button', { name: 'Resume shop.ship' }).waitFor();
    await page.getByRole('combobox', { name: 'Language' }).selectOption('zh');
    await page.getByRole('button', { name: '恢复 shop.ship' }).click();
    await page.getByRole('button', { name: '暂停 shop.ship' }).waitFor();
    expect(await page.locator('html').getAttribute('lang')).toBe('zh');
    expect(found).toEqual([]);
  });

  it('sends a message, checked by its schema', async () => {
    app = await DashboardApp.serve();
    const { page, found } = await browser.open(`${app.url}/catga#/send`);
    const content = page.getByRole('textbox', { name: 'Content' });
    await content.waitFor();
    expect(JSON.parse(await content.inputValue())).toEqual({ order: '' });
    const send = page.getByRole('button', { name: 'Send' });
    await content.fill('no JSON');
    await send.click();
    await page.getByRole('status').getByText('not a JSON object').waitFor();
    expect(found).toEqual([]);
    await content.fill('{"order":"<b>tea</b>"}');
    await send.click();
    await page.getByRole('region', { name: 'Result' }).getByText('"placed": "<b>tea</b>"').waitFor();
    await content.fill('{"order":""}');
    await send.click();
    await page.getByRole('status').getByText('orders.place.v1 is invalid: order').waitFor();
    // Chromium tells of the refusal.
    expect(found).toEqual([expect.stringContaining('422')]);
  });

  it('cancels and reschedules queued commands', async () => {
    app = await DashboardApp.serve();
    for (const messageId of ['q1', 'q2'])
      await app.app.get(CatgaMediator).enqueue(new Place('tea'), { messageId, delayMs: 3_600_000 });
    const { page, found } = await browser.open(`${app.url}/catga#/queue`);
    await page.getByRole('row', { name: 'q1' }).getByText('delayed').waitFor();
    await page.getByRole('button', { name: 'Cancel command q1' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Cancel command' }).click();
    await page.getByRole('status').getByText('q1 is cancelled.').waitFor();
    await page.getByRole('row', { name: 'q1' }).waitFor({ state: 'detached' });
    await page.getByRole('spinbutton').fill('0');
    await page.getByRole('button', { name: 'Reschedule q2' }).click();
    await page.getByRole('status').getByText('q2 is rescheduled.').waitFor();
    await page.getByRole('row', { name: 'q2' }).waitFor({ state: 'detached' });
    expect(app.placed).toEqual(['tea']);
    expect(found).toEqual([]);
  });

  it('shows sagas and schedules, and compensates, retries and completes one by keyboard alone', async () => {
    app = await DashboardApp.serve({}, 'express', SAGAS);
    await app.app.get(CatgaMediator).publish(new Placed('tea'));
    const tea = `/catga/api/sagas/show?saga=${FULFILMENT}&id=tea`;
    await until(async () => (await app.get(tea)).json['revision'] === 2);
    const { page, found } = await browser.open(`${app.url}/catga#/schedules`);
    await page.getByRole('row', { name: 'orders.yearly' }).getByText('0 4 1 1 * (UTC)').waitFor();
    await page.getByRole('link', { name: 'Sagas' }).focus();
    await page.keyboard.press('Enter');
    const link = page.getByRole('link', { name: 'tea' });
    await link.waitFor();
    await link.focus();
    await page.keyboard.press('Enter');
    await page.getByRole('region', { name: 'State' }).getByText('"order": "tea"').waitFor();
    await page.getByRole('rowheader', { name: 'result of orders.place.v1' }).waitFor();
    const press = async (name: string, asks: boolean): Promise<void> => {
      await page.getByRole('button', { name, exact: true }).focus();
      await page.keyboard.press('Enter');
      if (!asks) return;
      await page.getByRole('dialog').waitFor();
      // Cancel has the focus first.
      await page.keyboard.press('Shift+Tab');
      await page.keyboard.press('Enter');
    };
    await page.getByRole('textbox', { name: 'Reason' }).fill('<b>ill</b>');
    await press('Compensate', true);
    await page.getByRole('status').getByText('tea is being compensated.').waitFor();
    await page.getByText('orders.cancel.v1 failed: the bank refuses card 4111').waitFor();
    await page.getByText('<b>ill</b>').first().waitFor();
    expect(await axeFindings(page)).toEqual([]);
    await press('Retry', false);
    await page.getByRole('status').getByText('tea is retried.').waitFor();
    await page.getByRole('rowheader', { name: 'retry by hand' }).waitFor();
    await page.getByRole('button', { name: 'Retry', exact: true }).waitFor();
    await press('Complete', true);
    await page.getByRole('status').getByText('tea is completed.').waitFor();
    await page.getByRole('button', { name: 'Complete', exact: true }).waitFor({ state: 'detached' });
    expect(found).toEqual([]);
  });

  it('shows where a read model has stopped, and resumes and pauses it by keyboard alone', async () => {
    app = await DashboardApp.serve({}, 'express', PROJECTIONS);
    await append(app, 'tea', 'bad milk');
    const { page, found } = await browser.open(`${app.url}/catga`);
    await page.getByRole('link', { name: 'Projections' }).focus();
    await page.keyboard.press('Enter');
    const row = page.getByRole('row', { name: COUNT });
    await row.getByText('orders/all@2 orders.placed.v1').waitFor();
    await row.getByText('<b>bad milk</b> of card 4111').waitFor();
    const press = async (name: string): Promise<void> => {
      await page.getByRole('button', { name: `${name} ${COUNT}` }).focus();
      await page.keyboard.press('Enter');
    };
    await press('Resume');
    await page.getByRole('status').getByText(`${COUNT} is resumed.`).waitFor();
    // It stops again, at the same event.
    await row.getByText('stopped').waitFor();
    await append(app, 'coffee');
    await row.getByRole('cell', { name: '2', exact: true }).waitFor();
    await page.getByRole('combobox', { name: 'Language' }).selectOption('zh');
    await page.getByRole('heading', { level: 1, name: '投影' }).waitFor();
    await page.getByRole('button', { name: `恢复 ${COUNT}` }).waitFor();
    expect(await axeFindings(page)).toEqual([]);
    expect(found).toEqual([]);
  });

  it('rebuilds a read model when somebody has said so', async () => {
    app = await DashboardApp.serve({}, 'express', PROJECTIONS);
    await append(app, 'tea');
    const { page, found } = await browser.open(`${app.url}/catga#/projections`);
    await page.getByRole('row', { name: COUNT }).getByText('live').waitFor();
    await page.getByRole('button', { name: `Pause ${COUNT}` }).click();
    await page.getByRole('status').getByText(`${COUNT} is paused.`).waitFor();
    await page.getByRole('button', { name: `Resume ${COUNT}` }).waitFor();
    await page.getByRole('button', { name: `Rebuild ${COUNT}` }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Rebuild' }).click();
    await page.getByRole('status').getByText('raise its version instead').waitFor();
    // Chromium tells of the refusal.
    expect(found).toEqual([expect.stringContaining('409')]);
  });

  it('shows that a node has died whose process was killed', async () => {
    server = await NatsServer.spawn();
    const namespace = 'page';
    app = await DashboardApp.serve({}, 'express', { engine: nats(server.url), namespace });
    worker = startWorker(server.url, namespace);
    const { page, found } = await browser.open(`${app.url}/catga`);
    const row = page.getByRole('row', { name: 'worker-1' });
    await row.getByText('alive').waitFor();
    worker.kill('SIGKILL');
    await row.waitFor({ state: 'detached' });
    expect(found).toEqual([]);
  });

  it('is forbidden without what the guard wants, and has no actions when it is read-only', async () => {
    app = await DashboardApp.serve({ guards: [AdminGuard], readOnly: true });
    await app.fail('bad 1');
    const { page: stranger } = await browser.open(`${app.url}/catga`);
    expect(await stranger.locator('body').textContent()).toContain('Forbidden');
    const { page, found } = await browser.open(`${app.url}/catga#/letters`, {
      extraHTTPHeaders: { admin: 'yes' },
    });
    await page.getByText('Read-only').waitFor();
    await page.getByRole('link', { name: /orders\.placed/ }).click();
    await page.getByRole('heading', { name: 'Attempts' }).waitFor();
    expect(await page.getByRole('button').count()).toBe(0);
    expect(found).toEqual([]);
  });
});
