import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import type { INestApplicationContext } from '@nestjs/common';
import { CatgaProjections } from '@catga/event-sourcing';
import { NatsServer } from '@catga/servers';
import { deposit, startAccounts } from './testing/accounts.fixture.js';
import { projection, shownProjection, steeredProjection } from './testing/output-schemas.fixture.js';
import { until } from './testing/shop.fixture.js';
import { TestTerminal } from './testing/terminal.fixture.js';

const BALANCES = 'accounts.balances';

describe('projections by the command line', () => {
  let server: NatsServer;
  let app: INestApplicationContext;
  let terminal: TestTerminal;
  const status = async (name: string): Promise<string | undefined> =>
    (await app.get(CatgaProjections).list({ name }))[0]?.status;

  beforeAll(async () => {
    server = await NatsServer.spawn();
    terminal = new TestTerminal({ CATGA_URL: server.url });
    app = await startAccounts(server.url);
    await deposit(app, 1, -1, 2);
    await until(async () => (await status(BALANCES)) === 'stopped');
    await until(async () => (await app.get(CatgaProjections).list())[1]?.isBehind === false);
  });
  afterAll(async () => {
    await app.close();
    await server.stop();
    terminal.folder.remove();
  });

  it('ls lists them with what they have not taken, and why they have stopped', async () => {
    const all = z.array(projection).parse(await terminal.json('projections', 'list'));
    expect(all).toMatchObject([
      { projection: BALANCES, service: 'accounts', version: 1, build: 1, status: 'stopped', eventsBehind: 2 },
      {
        projection: 'accounts.count',
        version: 3,
        role: 'live',
        status: 'running',
        eventsBehind: 0,
        behindMs: 0,
      },
    ]);
    const { out } = await terminal.run('projections', 'ls');
    expect(out).toMatch(
      /PROJECTION +SERVICE[\s\S]*balances +accounts +1 +1 +\w+ +stopped +2 +\d+m?s .*accounts\/a@2 .* below 0/,
    );
    expect(out).toMatch(/accounts\.count +accounts +3 +1 +live +running +0 +- /);
  });

  it('show tells of one with its builds, and the whole problem', async () => {
    const shown = shownProjection.parse(await terminal.json('projections', 'show', BALANCES));
    expect(shown).toMatchObject({
      projection: BALANCES,
      service: 'accounts',
      builds: [{ problem: expect.stringContaining('the amount -1 is below 0') as unknown }],
    });
    const { out } = await terminal.run('projections', 'get', BALANCES, '--service', 'accounts');
    expect(out).toMatch(/problem +accounts\/a@2 .* below 0\nVERSION +BUILD +ROLE[\s\S]*1 +1 +\w+ +stopped/);
    for (const unknown of [['none'], [BALANCES, '--service', 'none']])
      await expect(terminal.run('projections', 'show', ...unknown)).resolves.toMatchObject({
        exitCode: 3,
        err: expect.stringContaining('CATGA_PROJECTION_NOT_FOUND') as unknown,
      });
  });

  it('pause and resume one, where its status allows it', async () => {
    await expect(terminal.run('projections', 'pause', BALANCES)).resolves.toMatchObject({
      exitCode: 1,
      err: `'${BALANCES}' is not running.\n`,
    });
    const paused = await terminal.json('projections', 'pause', 'accounts.count', '--of-version', '3');
    expect(steeredProjection.parse(paused)).toEqual({
      projection: 'accounts.count',
      action: 'pause',
      version: 3,
    });
    await expect(status('accounts.count')).resolves.toBe('paused');
    for (const name of ['accounts.count', BALANCES])
      await expect(terminal.run('projections', 'resume', name)).resolves.toMatchObject({
        exitCode: 0,
        out: `'${name}' is resumed.\n`,
      });
    // What it could not take is there still.
    await until(async () => (await status(BALANCES)) === 'stopped');
    await expect(status('accounts.count')).resolves.toBe('running');
    const other = await terminal.run('projections', 'pause', BALANCES, '--of-version', '2');
    expect(other.exitCode).toBe(3);
    await expect(terminal.run('projections', 'pause', BALANCES, '--of-version', 'x')).resolves.toMatchObject({
      exitCode: 2,
    });
  });

  it('rebuild asks, and tells why one cannot be', async () => {
    await expect(terminal.run('projections', 'rebuild', BALANCES)).resolves.toMatchObject({ exitCode: 2 });
    await expect(terminal.run('projections', 'rebuild', BALANCES, '--yes')).resolves.toMatchObject({
      exitCode: 1,
      err: expect.stringContaining('CATGA_UNSUPPORTED') as unknown,
    });
  });
});
