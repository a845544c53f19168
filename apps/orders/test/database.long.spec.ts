import { afterEach, describe, expect, it } from '@jest/globals';
import { OrdersProcess } from './orders-process.fixture.js';
import { follows, shows, stepsAbout } from './readme-player.fixture.js';

describe('README.md on a database', () => {
  const steps = stepsAbout(true);
  follows(steps);

  it('has shown everything it promises', () => {
    shows(steps, ['start:sql', 'kill -9', 'Idempotency-Key']);
  });
});

describe('starting', () => {
  let orders: OrdersProcess;
  const start = (environment: NodeJS.ProcessEnv): OrdersProcess => (orders = OrdersProcess.run(environment));
  afterEach(() => orders.kill());

  it('loads no database unless it is told to', async () => {
    const NODE_OPTIONS = `--import ${new URL('without-database.mjs', import.meta.url).href}`;
    await start({ NODE_OPTIONS }).url();
    await orders.kill();
    expect(await start({ NODE_OPTIONS, STORAGE: 'sql' }).exited).toEqual({ code: 1, signal: null });
    expect(orders.log).toContain('A database is loaded');
  });

  it('says so and exits with 1 if there is no database', async () => {
    start({ STORAGE: 'sql', DATABASE_URL: 'postgres://postgres@localhost:1/orders' });
    expect(await orders.exited).toEqual({ code: 1, signal: null });
    expect(orders.log).toContain('The database cannot be used (the database of DATABASE_URL): ');
    expect(orders.log).toContain('ECONNREFUSED');
  });
});
